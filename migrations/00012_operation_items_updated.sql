-- +goose Up
-- When a whole package that is to be deleted was changed last; 0: not known, or
-- a version. What was published since the item was frozen is not to go with it.
ALTER TABLE operation_items ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE operation_items DROP COLUMN updated_at;
