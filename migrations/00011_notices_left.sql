-- +goose Up
-- The deliveries that did not arrive, or not yet, which the metrics and the
-- page count: few among the many that have.
CREATE INDEX notice_deliveries_left ON notice_deliveries (state, destination_id) WHERE state <> 'done';

-- +goose Down
DROP INDEX notice_deliveries_left;
