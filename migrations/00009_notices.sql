-- +goose Up
-- Where notices go. The address and the secret are sealed: an address may be a
-- secret too.
CREATE TABLE notice_destinations (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('webhook', 'slack')),
    name       TEXT NOT NULL,
    host       TEXT NOT NULL,   -- of the address: what is shown
    sealed     BYTEA NOT NULL,
    events     TEXT NOT NULL,   -- a JSON array
    owners     TEXT NOT NULL,   -- a JSON array of logins in lower case; empty: all
    paused     BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL
);

-- What is to be sent to one of them, and how that went. A row that somebody is
-- sending is due a little later, and so comes to another if they die.
CREATE TABLE notice_deliveries (
    id             TEXT PRIMARY KEY, -- UUIDv7: sorts by time
    destination_id TEXT NOT NULL REFERENCES notice_destinations (id) ON DELETE CASCADE,
    event          TEXT NOT NULL,
    at             BIGINT NOT NULL,
    body           TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('pending', 'done', 'dead')),
    tries          BIGINT NOT NULL,
    due_at         BIGINT NOT NULL,
    tried_at       BIGINT NOT NULL,  -- 0: never
    status         BIGINT NOT NULL,  -- of the last answer; 0: there was none
    answer         TEXT NOT NULL     -- its beginning, or why there was none
);
CREATE INDEX notice_deliveries_due ON notice_deliveries (due_at) WHERE state = 'pending';
CREATE INDEX notice_deliveries_of ON notice_deliveries (destination_id, id);

-- How far the notices have read. No row: not begun.
CREATE TABLE notice_cursors (
    name     TEXT PRIMARY KEY,
    position BIGINT NOT NULL
);

-- What became of operations, written with it, until the notices have read it.
CREATE TABLE notice_operations (
    id           TEXT PRIMARY KEY,
    operation_id TEXT NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
    state        TEXT NOT NULL,
    why          TEXT NOT NULL,
    said         TEXT NOT NULL
);

-- +goose Down
DROP TABLE notice_operations;
DROP TABLE notice_cursors;
DROP TABLE notice_deliveries;
DROP TABLE notice_destinations;
