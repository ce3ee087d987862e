-- +goose Up
-- Who is paired with a family. One at a time.
CREATE TABLE pairings (
    id       TEXT PRIMARY KEY,
    child_id TEXT NOT NULL REFERENCES children (id) ON DELETE CASCADE,
    user_id  TEXT NOT NULL, -- empty: a volunteer
    body     BYTEA NOT NULL, -- the volunteer, the reason of the end
    began_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX pairings_one ON pairings (child_id) WHERE ended_at = 0;
CREATE INDEX pairings_of_child ON pairings (child_id, began_at);

CREATE TABLE visits (
    id       TEXT PRIMARY KEY,
    child_id TEXT NOT NULL REFERENCES children (id) ON DELETE CASCADE,
    user_id  TEXT NOT NULL,
    day      TEXT NOT NULL,
    body     BYTEA NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX visits_of_child ON visits (child_id, day);

-- Temporary guardianship of the protection centre. One at a time.
CREATE TABLE episodes (
    id       TEXT PRIMARY KEY,
    child_id TEXT NOT NULL REFERENCES children (id) ON DELETE CASCADE,
    open     BIGINT NOT NULL,
    body     BYTEA NOT NULL,
    at       BIGINT NOT NULL
);
CREATE UNIQUE INDEX episodes_one ON episodes (child_id) WHERE open = 1;
CREATE INDEX episodes_of_child ON episodes (child_id, at);
