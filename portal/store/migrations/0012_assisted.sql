-- +goose Up
-- A director belongs to a village or community.
ALTER TABLE users ADD COLUMN village TEXT NOT NULL DEFAULT '';
ALTER TABLE invites ADD COLUMN village TEXT NOT NULL DEFAULT '';

-- A director's part in what a family applies for together; it is named by the number
-- that opens all of it. The codes to hand it over are kept as hashes, and end with it.
CREATE TABLE assists (
    reference  TEXT PRIMARY KEY REFERENCES applications (reference) ON DELETE CASCADE,
    user_id    TEXT NOT NULL,
    consent    BYTEA NOT NULL,
    started_at BIGINT NOT NULL,
    ending     TEXT NOT NULL CHECK (ending IN ('', 'stopped', 'handed', 'confirmed', 'printed', 'sent')),
    token_hash TEXT NOT NULL,
    code_index TEXT NOT NULL,
    code_until BIGINT NOT NULL,
    claim_hash TEXT NOT NULL  -- of the browser that took it over
);
CREATE INDEX assists_by_user ON assists (user_id, started_at);
CREATE UNIQUE INDEX assists_by_token ON assists (token_hash) WHERE token_hash <> '';
CREATE UNIQUE INDEX assists_by_code ON assists (code_index) WHERE code_index <> '';
