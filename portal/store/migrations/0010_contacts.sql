-- +goose Up
-- Where families want to hear of their applications. The address is sealed; its keyed
-- hash counts what one address is sent.
CREATE TABLE contacts (
    reference     TEXT PRIMARY KEY REFERENCES applications (reference) ON DELETE CASCADE,
    channel       TEXT NOT NULL CHECK (channel IN ('email', 'sms')),
    address       BYTEA NOT NULL,
    address_index TEXT NOT NULL,
    changes       SMALLINT NOT NULL, -- 1: told of every change
    notice        TEXT NOT NULL,
    agreed_at     BIGINT NOT NULL
);

-- What is to be sent, written in the transaction that gives the reason. A row names
-- neither address nor text: both are looked up when it is sent, so that who has turned
-- messages off gets none, and no code lies here. It has no foreign key: what was sent to
-- an address counts for a day, also when the application it came from is erased.
CREATE TABLE outbox (
    id            TEXT PRIMARY KEY, -- the same at every attempt
    reference     TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('pass', 'changed', 'draft', 'draft-ends')),
    address_index TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    tries         INTEGER NOT NULL,
    due_at        BIGINT NOT NULL,
    made_at       BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'waiting';
CREATE INDEX outbox_by_application ON outbox (reference, made_at);
CREATE INDEX outbox_by_address ON outbox (address_index, made_at);
