-- +goose Up
-- What GitHub says of a package or a version is stored once for all to whom it
-- says the same: a fact is found by its content (digest), and never changes.
-- A sighting is that a listing showed it. Nobody reads a fact but through the
-- sightings of their own listings, so that what GitHub tells one viewer later
-- or more of does not change what another sees.
CREATE TABLE inventory_packages (
    item_id       BIGINT NOT NULL,
    digest        BYTEA  NOT NULL, -- of all that GitHub said
    kept_at       BIGINT NOT NULL, -- when a listing last needed it anew
    name          TEXT   NOT NULL,
    package_type  TEXT   NOT NULL,
    owner_kind    TEXT   NOT NULL,
    owner_login   TEXT   NOT NULL,
    owner_key     TEXT   NOT NULL, -- the login in lower case
    visibility    TEXT   NOT NULL,
    version_count BIGINT,          -- NULL: not given
    html_url      TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    repo_name     TEXT,            -- NULL: not linked, or not given
    repo_full     TEXT   NOT NULL,
    repo_private  BIGINT NOT NULL,
    repo_url      TEXT   NOT NULL,
    PRIMARY KEY (item_id, digest)
);

CREATE TABLE inventory_versions (
    item_id     BIGINT NOT NULL,
    digest      BYTEA  NOT NULL,
    kept_at     BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    description TEXT   NOT NULL,
    license     TEXT   NOT NULL,
    tags        TEXT   NOT NULL,   -- a JSON array
    html_url    TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    deleted_at  BIGINT,            -- NULL: active
    PRIMARY KEY (item_id, digest)
);

CREATE TABLE inventory_listings (
    id           BIGINT PRIMARY KEY, -- random
    viewer       TEXT   NOT NULL,    -- a session's public id
    owner_kind   TEXT   NOT NULL,
    owner_key    TEXT   NOT NULL,
    package_type TEXT   NOT NULL,
    package_name TEXT   NOT NULL,    -- empty: packages are listed
    state        TEXT   NOT NULL,
    visibility   TEXT   NOT NULL,
    as_of        BIGINT NOT NULL,
    notices      TEXT   NOT NULL,    -- a JSON array
    items        BIGINT NOT NULL,    -- how many were shown
    revision     BIGINT NOT NULL,    -- counts the times that it was replaced
    UNIQUE (viewer, owner_key, owner_kind, package_type, package_name, state, visibility)
);
CREATE INDEX inventory_listings_age ON inventory_listings (as_of);

CREATE TABLE inventory_sightings (
    listing_id BIGINT NOT NULL REFERENCES inventory_listings (id) ON DELETE CASCADE,
    item_id    BIGINT NOT NULL,
    digest     BYTEA  NOT NULL,
    PRIMARY KEY (listing_id, item_id)
);

-- Packages that a viewer was shown once, and then no more.
CREATE TABLE inventory_vanished (
    viewer_id     BIGINT NOT NULL,
    item_id       BIGINT NOT NULL,
    last_seen     BIGINT NOT NULL,
    noticed       BIGINT NOT NULL,
    name          TEXT   NOT NULL,
    package_type  TEXT   NOT NULL,
    owner_kind    TEXT   NOT NULL,
    owner_login   TEXT   NOT NULL,
    owner_key     TEXT   NOT NULL,
    visibility    TEXT   NOT NULL,
    version_count BIGINT,
    html_url      TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    repo_name     TEXT,
    repo_full     TEXT   NOT NULL,
    repo_private  BIGINT NOT NULL,
    repo_url      TEXT   NOT NULL,
    PRIMARY KEY (viewer_id, package_type, item_id)
);

CREATE TABLE saved_views (
    id         TEXT   PRIMARY KEY,
    viewer_id  BIGINT NOT NULL,
    login      TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    path       TEXT   NOT NULL,
    shared     BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX saved_views_viewer ON saved_views (viewer_id);

ALTER TABLE preferences ADD COLUMN density TEXT NOT NULL DEFAULT '';
ALTER TABLE preferences ADD COLUMN hidden TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE preferences DROP COLUMN hidden;
ALTER TABLE preferences DROP COLUMN density;
DROP TABLE saved_views;
DROP TABLE inventory_vanished;
DROP TABLE inventory_sightings;
DROP TABLE inventory_listings;
DROP TABLE inventory_versions;
DROP TABLE inventory_packages;
