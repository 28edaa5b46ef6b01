-- +goose Up
-- How many versions a whole package that is to be deleted has, for that is what
-- goes with it; 0: not known, or a version.
ALTER TABLE operation_items ADD COLUMN version_count BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE operation_items DROP COLUMN version_count;
