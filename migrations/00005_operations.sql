-- +goose Up
CREATE TABLE operations (
    id            TEXT PRIMARY KEY, -- UUIDv7: sorts by time
    actor_id      BIGINT NOT NULL,  -- the viewer whose operation it is
    actor_login   TEXT NOT NULL,
    proxy_user    TEXT NOT NULL,
    session       TEXT NOT NULL,    -- a session's public id; empty: a draft
    action        TEXT NOT NULL CHECK (action IN ('delete', 'restore')),
    state         TEXT NOT NULL CHECK (state IN ('draft', 'running', 'waiting', 'paused', 'stopped', 'done')),
    reason        TEXT NOT NULL,
    client        TEXT NOT NULL,
    source        TEXT NOT NULL,
    complete      BIGINT NOT NULL,
    undoes        TEXT NOT NULL,    -- another operation's id, or empty
    created_at    BIGINT NOT NULL,
    started_at    BIGINT NOT NULL,  -- 0 in this and the next two: never
    ended_at      BIGINT NOT NULL,
    waiting_until BIGINT NOT NULL,
    why           TEXT NOT NULL,
    said          TEXT NOT NULL
);
CREATE INDEX operations_viewer ON operations (actor_id, state);
CREATE INDEX operations_age ON operations (created_at, id);
-- Those that are worked on are few among all that ever were, and asked for all the time.
CREATE INDEX operations_at_work ON operations (actor_id, session) WHERE state IN ('running', 'waiting');

CREATE TABLE operation_items (
    operation_id TEXT NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
    seq          BIGINT NOT NULL,
    owner_kind   TEXT NOT NULL,
    owner_login  TEXT NOT NULL,
    package_type TEXT NOT NULL,
    package_name TEXT NOT NULL,
    visibility   TEXT NOT NULL,
    package_id   BIGINT NOT NULL,  -- 0: not known
    version_id   BIGINT NOT NULL,  -- 0: the whole package
    version_name TEXT NOT NULL,
    tags         TEXT NOT NULL,    -- a JSON array
    tag_count    BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,  -- 0 in this and the next: not known
    deleted_at   BIGINT NOT NULL,
    expected     TEXT NOT NULL,    -- the check
    state        TEXT NOT NULL CHECK (state IN ('pending', 'running', 'done', 'refused', 'failed', 'skipped', 'unknown')),
    message      TEXT NOT NULL,
    code         TEXT NOT NULL,
    entry        TEXT NOT NULL,    -- of the ledger, or empty
    at           BIGINT NOT NULL,  -- 0: never
    sort_name    BYTEA NOT NULL,   -- bytes, because the engines order texts differently
    search       TEXT NOT NULL,    -- as in ledger_attempts
    PRIMARY KEY (operation_id, seq)
);
-- Counting needs nothing but the index, and so does finding the next one.
CREATE INDEX operation_items_state ON operation_items (operation_id, state, seq);
CREATE INDEX operation_items_whole ON operation_items (operation_id) WHERE version_id = 0;

-- Who of several replicas works on a viewer's operations, and until when unless it says so again.
CREATE TABLE operation_leases (
    viewer_id  BIGINT PRIMARY KEY,
    holder     TEXT NOT NULL,
    held_until BIGINT NOT NULL
);

-- Whose turn it is to change something with a GitHub account, how fast the
-- next one may follow, and until when GitHub told the account to wait.
CREATE TABLE github_accounts (
    account       TEXT PRIMARY KEY, -- the login in lower case
    holder        TEXT NOT NULL,    -- empty: nobody
    held_until    BIGINT NOT NULL,
    next_at       BIGINT NOT NULL,
    pace          BIGINT NOT NULL,
    good          BIGINT NOT NULL,  -- how many changes in a row went well at this pace
    limited_until BIGINT NOT NULL,
    limited       TEXT NOT NULL
);

-- An operation's page leads to its entries.
CREATE INDEX ledger_operation ON ledger_attempts (operation, id);

-- +goose Down
DROP INDEX ledger_operation;
DROP TABLE github_accounts;
DROP TABLE operation_leases;
DROP TABLE operation_items;
DROP TABLE operations;
