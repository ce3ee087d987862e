-- +goose Up
-- Sessions are listed for who has them. Everybody signs in anew, so that no session is
-- without a second factor where one is needed.
DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';     -- names it on pages; the token's hash stands on none
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT ''; -- kind of browser, in a word or two
ALTER TABLE sessions ADD COLUMN step TEXT NOT NULL DEFAULT '' CHECK (step IN ('', 'code', 'enrol'));

-- The second factor. Its secret is sealed.
CREATE TABLE factors (
    user_id      TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret       BYTEA NOT NULL,
    confirmed_at BIGINT NOT NULL, -- 0 until its first code has come
    last_step    BIGINT NOT NULL  -- of the last code that was taken: no code counts twice
);

-- Keyed hashes of codes for the day on which the phone is lost; one that was used is gone.
CREATE TABLE recovery_codes (
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_index TEXT NOT NULL,
    PRIMARY KEY (user_id, code_index)
);

-- Where somebody at the desk hears of changes of the account; the address is sealed.
CREATE TABLE staff_contacts (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    channel TEXT NOT NULL CHECK (channel IN ('email', 'sms')),
    address BYTEA NOT NULL
);

-- What is to be sent there, as outbox has it for families.
CREATE TABLE staff_outbox (
    id      TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind    TEXT NOT NULL CHECK (kind IN ('factor-reset', 'post')),
    state   TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    tries   INTEGER NOT NULL,
    due_at  BIGINT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX staff_outbox_due ON staff_outbox (due_at) WHERE state = 'waiting';

-- The audit is searched for what staff did, not for what families did: their lines,
-- which are many, are in neither.
CREATE INDEX audit_by_login ON audit (login, number) WHERE login <> '';
CREATE INDEX audit_by_action ON audit (action, number) WHERE login <> '';
