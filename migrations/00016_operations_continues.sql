-- +goose Up
-- The stopped operation whose rest this one takes up, or empty.
ALTER TABLE operations ADD COLUMN continues TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE operations DROP COLUMN continues;
