-- +goose Up
-- When each job that runs from time to time last ran, and last ran well: whoever looks
-- after the portal asks from another process, or another server.
CREATE TABLE jobs (
    name   TEXT PRIMARY KEY,
    ran_at BIGINT NOT NULL,
    ok_at  BIGINT NOT NULL -- 0: never
);

-- Messages that were given up are counted each time somebody asks how things are: few,
-- among all that were sent in three months.
CREATE INDEX outbox_failed ON outbox (made_at) WHERE state = 'failed';
CREATE INDEX staff_outbox_failed ON staff_outbox (made_at) WHERE state = 'failed';
CREATE INDEX report_alerts_failed ON report_alerts (made_at) WHERE state = 'failed';
