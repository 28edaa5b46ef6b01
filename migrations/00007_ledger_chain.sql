-- +goose Up
-- A link for every row of ledger_attempts and ledger_outcomes, in the order in
-- which they were written. The next step, in Go, links what is there already.
CREATE TABLE ledger_chain (
    seq        BIGINT PRIMARY KEY, -- 1, 2, 3 … without a gap
    attempt_id TEXT   NOT NULL,
    outcome    BIGINT NOT NULL,    -- the outcome's seq; 0: the attempt itself
    digest     BYTEA  NOT NULL,    -- SHA-256 over all columns of the row
    hash       BYTEA  NOT NULL,    -- SHA-256 over the hash before, seq and digest
    UNIQUE (attempt_id, outcome)
);

-- +goose Down
DROP TABLE ledger_chain;
