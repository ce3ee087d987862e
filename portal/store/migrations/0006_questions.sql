-- +goose Up
-- Questions that found nothing, counted: the content's to-do. Numbers and names are
-- taken out before; the text is sealed all the same, and found by its blind key.
CREATE TABLE unanswered (
    id       TEXT PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,
    place    TEXT NOT NULL,
    lang     TEXT NOT NULL,
    text     BYTEA NOT NULL,
    count    BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);
CREATE INDEX unanswered_by_count ON unanswered (count, last_at);
CREATE INDEX unanswered_by_time ON unanswered (last_at);

-- Parts of the site that staff have turned off, with the reason that visitors read.
CREATE TABLE pauses (
    part   TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    at     BIGINT NOT NULL
);
