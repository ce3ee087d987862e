-- +goose Up
-- What is asked of another department for a case. Names of fields stand here, what
-- stands in them is read from the case when somebody looks.
CREATE TABLE referrals (
    id         TEXT PRIMARY KEY,
    page_key   TEXT NOT NULL UNIQUE, -- of the page that sent it: sent twice, it is one
    case_kind  TEXT NOT NULL,
    case_id    TEXT NOT NULL,
    town       TEXT NOT NULL,
    department TEXT NOT NULL,
    task       TEXT NOT NULL,
    told       SMALLINT NOT NULL,    -- 1: the family reads of it
    fields     TEXT NOT NULL,        -- names with a space between
    documents  TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('sent', 'taken', 'returned', 'answered', 'closed', 'withdrawn')),
    waits      TEXT NOT NULL CHECK (waits IN ('department', 'sender', '')),
    outcome    TEXT NOT NULL,
    version    INTEGER NOT NULL,
    sender     TEXT NOT NULL REFERENCES users (id),
    taker      TEXT NOT NULL,        -- '' until somebody has taken it
    sent_at    BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX referrals_by_case ON referrals (case_kind, case_id, sent_at);
CREATE INDEX referrals_all ON referrals (waits, due_at, id);
CREATE INDEX referrals_by_department ON referrals (department, waits, due_at, id);
CREATE INDEX referrals_by_town ON referrals (town, waits, due_at, id);

CREATE TABLE referral_events (
    id       TEXT PRIMARY KEY, -- referral and number, to which the words are sealed
    referral TEXT NOT NULL REFERENCES referrals (id) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    at       BIGINT NOT NULL,
    actor    TEXT NOT NULL,
    move     TEXT NOT NULL,
    words    BYTEA NOT NULL,
    UNIQUE (referral, number)
);

-- What a family reads of what the offices do between themselves, line by line. What it
-- is not to read never gets in here.
CREATE TABLE tellings (
    id         TEXT PRIMARY KEY,
    reference  TEXT NOT NULL REFERENCES applications (reference) ON DELETE CASCADE,
    number     INTEGER NOT NULL, -- orders what happens at one moment
    at         BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    department TEXT NOT NULL,
    task       TEXT NOT NULL,
    due_at     BIGINT NOT NULL,
    words      BYTEA NOT NULL
);
CREATE INDEX tellings_by_reference ON tellings (reference, at);

-- Staff hear of more than changes of their accounts: the kinds of messages stand in the
-- program alone.
ALTER TABLE staff_outbox RENAME TO staff_outbox_before;
CREATE TABLE staff_outbox (
    id      TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind    TEXT NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    tries   INTEGER NOT NULL,
    due_at  BIGINT NOT NULL,
    made_at BIGINT NOT NULL
);
INSERT INTO staff_outbox (id, user_id, kind, state, tries, due_at, made_at) SELECT id, user_id, kind, state, tries, due_at, made_at FROM staff_outbox_before;
DROP TABLE staff_outbox_before;
CREATE INDEX staff_outbox_due ON staff_outbox (due_at) WHERE state = 'waiting';
