-- +goose Up
-- What was changed through one replica, for the others, whose tables in memory
-- show it still. seq is given out under the lock of the one row of
-- inventory_revision, so that changes become visible in its order and whoever
-- has read up to one has missed none before it.
CREATE TABLE inventory_revision (
    id  BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL -- of the last change; no row: there was none
);

CREATE TABLE inventory_changes (
    seq          BIGINT PRIMARY KEY,
    at           BIGINT NOT NULL,
    replica      TEXT   NOT NULL, -- that made it, and knows
    owner_kind   TEXT   NOT NULL,
    owner_login  TEXT   NOT NULL,
    package_type TEXT   NOT NULL,
    package_name TEXT   NOT NULL
);

-- +goose Down
DROP TABLE inventory_changes;
DROP TABLE inventory_revision;
