-- +goose Up
CREATE TABLE preferences (
    viewer_id BIGINT PRIMARY KEY,
    language  TEXT NOT NULL,
    theme     TEXT NOT NULL
);

-- +goose Down
DROP TABLE preferences;
