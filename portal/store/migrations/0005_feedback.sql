-- +goose Up
-- What readers say of pages: nothing tells who they are. Text is sealed all the
-- same, since somebody may write a name in spite of the warning.
CREATE TABLE feedback (
    id      TEXT PRIMARY KEY,
    at      BIGINT NOT NULL,
    path    TEXT NOT NULL,
    lang    TEXT NOT NULL,
    verdict TEXT NOT NULL,
    text    BYTEA NOT NULL
);
CREATE INDEX feedback_by_time ON feedback (at);
CREATE INDEX feedback_by_page ON feedback (path, verdict);
