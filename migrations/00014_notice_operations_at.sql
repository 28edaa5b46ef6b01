-- +goose Up
-- When it happened, by the clock of whoever moved the operation; 0: written by
-- an earlier release.
ALTER TABLE notice_operations ADD COLUMN at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE notice_operations DROP COLUMN at;
