-- +goose Up
-- What was sent under a key of its own, so that it is done once however often it comes.
-- The digest of what was sent is keyed, so that it tells nothing of it.
CREATE TABLE sends (
    user_id TEXT NOT NULL,
    key     TEXT NOT NULL,
    digest  TEXT NOT NULL,
    answer  TEXT NOT NULL, -- nothing personal
    at      BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX sends_by_age ON sends (at);

-- Of talks with families, counts alone: no row is a family. An empty policy counts the
-- talks themselves.
CREATE TABLE talk_counts (
    town    TEXT NOT NULL,
    village TEXT NOT NULL,
    month   TEXT NOT NULL,
    policy  TEXT NOT NULL,
    mark    TEXT NOT NULL,
    number  BIGINT NOT NULL,
    PRIMARY KEY (town, village, month, policy, mark)
);

-- What a family agreed to have kept, with the case it belongs to.
CREATE TABLE talks (
    id        TEXT PRIMARY KEY,
    child_id  TEXT REFERENCES children (id) ON DELETE CASCADE,
    reference TEXT REFERENCES applications (reference) ON DELETE CASCADE,
    user_id   TEXT NOT NULL,
    at        BIGINT NOT NULL,
    body      BYTEA NOT NULL, -- consent and marks
    CHECK ((child_id IS NULL) <> (reference IS NULL))
);
CREATE INDEX talks_of_child ON talks (child_id, at);
CREATE INDEX talks_of_application ON talks (reference, at);
