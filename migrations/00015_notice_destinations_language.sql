-- +goose Up
-- The language that a chat is written to in: a code of the catalogue. Chats that
-- were added by an earlier release are written to in English.
ALTER TABLE notice_destinations ADD COLUMN language TEXT NOT NULL DEFAULT 'en';

-- +goose Down
ALTER TABLE notice_destinations DROP COLUMN language;
