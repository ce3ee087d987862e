-- +goose Up
-- Talks on policies in villages and communities. Title and place are what somebody typed,
-- and sealed. The code is that of the page on which visitors check in.
CREATE TABLE outreach_events (
    id           TEXT PRIMARY KEY,
    version      BIGINT NOT NULL,
    code         TEXT NOT NULL UNIQUE,
    town         TEXT NOT NULL,
    day          TEXT NOT NULL,   -- 2006-01-02, of China
    begins       TEXT NOT NULL,   -- 15:04
    ends         TEXT NOT NULL,   -- '' where it is not known
    body         BYTEA NOT NULL,
    organiser    TEXT NOT NULL,   -- user
    cancelled_at BIGINT NOT NULL, -- 0: it was not
    counted      BIGINT NOT NULL, -- people, by the organiser; -1: nobody has counted
    updated_at   BIGINT NOT NULL
);
CREATE INDEX outreach_events_by_day ON outreach_events (day, id);
CREATE INDEX outreach_events_by_town ON outreach_events (town, day, id);

CREATE TABLE outreach_event_villages (
    event   TEXT NOT NULL REFERENCES outreach_events (id) ON DELETE CASCADE,
    village TEXT NOT NULL,
    PRIMARY KEY (event, village)
);

-- What is spoken of: policies, by their slugs.
CREATE TABLE outreach_event_topics (
    event TEXT NOT NULL REFERENCES outreach_events (id) ON DELETE CASCADE,
    topic TEXT NOT NULL,
    PRIMARY KEY (event, topic)
);

-- People who came together. Nothing is known of them but how many they were and when; the
-- key makes what is sent twice count once.
CREATE TABLE outreach_checkins (
    event  TEXT NOT NULL REFERENCES outreach_events (id) ON DELETE CASCADE,
    key    TEXT NOT NULL,
    people BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (event, key)
);
