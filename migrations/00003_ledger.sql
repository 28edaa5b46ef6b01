-- +goose Up
-- Both tables are append-only. An attempt's outcome is its outcome row with the
-- highest seq; an attempt without one is pending.
CREATE TABLE ledger_attempts (
    id           TEXT PRIMARY KEY, -- UUIDv7: sorts by time
    at           BIGINT NOT NULL,
    actor_id     BIGINT NOT NULL,
    actor_login  TEXT NOT NULL,
    actor_key    TEXT NOT NULL,    -- the login in lower case
    proxy_user   TEXT NOT NULL,
    action       TEXT NOT NULL,
    owner_kind   TEXT NOT NULL,
    owner_login  TEXT NOT NULL,
    owner_key    TEXT NOT NULL,    -- the login in lower case
    package_type TEXT NOT NULL,
    package_name TEXT NOT NULL,
    visibility   TEXT NOT NULL,
    package_id   BIGINT NOT NULL,  -- 0: not known
    version_id   BIGINT NOT NULL,  -- 0: the whole package
    version_name TEXT NOT NULL,
    tags         TEXT NOT NULL,    -- a JSON array
    reason       TEXT NOT NULL,
    client       TEXT NOT NULL,
    operation    TEXT NOT NULL,
    search       TEXT NOT NULL     -- what a search looks through, case folded in Go: LOWER() of SQLite knows ASCII only
);
CREATE INDEX ledger_attempts_at ON ledger_attempts (at);
CREATE INDEX ledger_attempts_actor ON ledger_attempts (actor_id, id);
CREATE INDEX ledger_attempts_owner ON ledger_attempts (owner_key, owner_kind, id);
CREATE INDEX ledger_attempts_package ON ledger_attempts (package_id, id);
CREATE INDEX ledger_attempts_name ON ledger_attempts (package_name, id);

CREATE TABLE ledger_outcomes (
    attempt_id TEXT NOT NULL REFERENCES ledger_attempts (id),
    seq        BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    outcome    TEXT NOT NULL CHECK (outcome IN ('done', 'refused', 'failed', 'unknown', 'denied')),
    message    TEXT NOT NULL,
    code       TEXT NOT NULL,
    search     TEXT NOT NULL,
    PRIMARY KEY (attempt_id, seq)
);

-- +goose Down
DROP TABLE ledger_outcomes;
DROP TABLE ledger_attempts;
