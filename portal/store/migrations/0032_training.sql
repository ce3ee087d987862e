-- +goose Up
-- The year's training of directors and supervisors, and who of the directory came. Topic
-- and place are what somebody typed, and sealed. Who left the directory stays counted.
CREATE TABLE trainings (
    id         TEXT PRIMARY KEY,
    version    BIGINT NOT NULL,
    day        TEXT NOT NULL,
    town       TEXT NOT NULL, -- whose it is; '' for the whole city
    audience   TEXT NOT NULL,
    hours      BIGINT NOT NULL,
    body       BYTEA NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX trainings_by_day ON trainings (day, id);

CREATE TABLE training_people (
    training TEXT NOT NULL REFERENCES trainings (id) ON DELETE CASCADE,
    entry    TEXT NOT NULL, -- of the directory
    town     TEXT NOT NULL, -- of that entry when it was written down
    PRIMARY KEY (training, entry)
);
CREATE INDEX training_people_by_entry ON training_people (entry);
