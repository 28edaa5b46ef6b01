-- +goose Up
CREATE TABLE sessions (
    session_key TEXT PRIMARY KEY, -- SHA-256 of the cookie's value: the table opens no session
    public_id   TEXT NOT NULL UNIQUE,
    viewer_id   BIGINT NOT NULL,  -- 0 while somebody is still signing in
    sealed      BYTEA NOT NULL,
    user_agent  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX sessions_viewer ON sessions (viewer_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- +goose Down
DROP TABLE sessions;
