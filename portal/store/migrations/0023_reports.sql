-- +goose Up
-- That a child may be in danger. What was said, and the code that opens its state, are
-- sealed; town, danger and state are what the desk's list and its clock go by.
CREATE TABLE reports (
    number      TEXT PRIMARY KEY,
    page_key    TEXT NOT NULL UNIQUE, -- hash of that of the page that sent it: sent twice, it is one
    code        BYTEA NOT NULL,
    said        BYTEA NOT NULL,
    town        TEXT NOT NULL,        -- '' where it is not known
    city        SMALLINT NOT NULL,    -- 1: staff of the place are said to be involved
    danger      TEXT NOT NULL CHECK (danger IN ('now', 'unsure', 'no')),
    sender      TEXT NOT NULL,        -- user; '' for anybody else
    link_kind   TEXT NOT NULL,
    link_id     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('new', 'handled', 'closed')),
    place       INTEGER NOT NULL,     -- of the state in the list
    sort_at     BIGINT NOT NULL,      -- and of the report among those of its state
    level       INTEGER NOT NULL,     -- how often nobody had taken it on in time
    assigned    TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    taken_at    BIGINT NOT NULL,
    closed_at   BIGINT NOT NULL,
    version     INTEGER NOT NULL
);
CREATE INDEX reports_in_order ON reports (place, sort_at, number);
CREATE INDEX reports_by_town ON reports (town, place, sort_at, number);
CREATE INDEX reports_by_hand ON reports (assigned, place, sort_at, number);

CREATE TABLE report_events (
    id       TEXT PRIMARY KEY, -- report and number, to which the words are sealed
    report   TEXT NOT NULL REFERENCES reports (number) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    page_key TEXT NOT NULL,    -- of what was added; '' for all else
    at       BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor    TEXT NOT NULL,
    step     TEXT NOT NULL,
    detail   TEXT NOT NULL,
    words    BYTEA NOT NULL,
    UNIQUE (report, number)
);

-- Who must not see a report, whatever the role: the person may be involved.
CREATE TABLE report_excluded (
    report  TEXT NOT NULL REFERENCES reports (number) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    PRIMARY KEY (report, user_id)
);

-- What is to be sent to staff of it, as staff_outbox has it for their accounts. A row
-- names number and kind alone.
CREATE TABLE report_alerts (
    id      TEXT PRIMARY KEY,
    report  TEXT NOT NULL REFERENCES reports (number) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    kind    TEXT NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    tries   INTEGER NOT NULL,
    due_at  BIGINT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX report_alerts_due ON report_alerts (due_at) WHERE state = 'waiting';
CREATE INDEX report_alerts_by_report ON report_alerts (report);
