-- +goose Up
-- Times are microseconds since 1970 in UTC, 0 for never. Columns of type BYTEA are
-- sealed: the database holds no name, number or answer in plain text.
CREATE TABLE applications (
    reference    TEXT PRIMARY KEY,
    policy       TEXT NOT NULL,
    lang         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'accepted', 'more-needed', 'approved', 'refused', 'withdrawn')),
    waiting      SMALLINT NOT NULL, -- 1 while the office has to act
    version      INTEGER NOT NULL,
    town         TEXT NOT NULL,
    code         BYTEA NOT NULL,
    answers      BYTEA NOT NULL,
    names        BYTEA NOT NULL,
    consent      BYTEA NOT NULL,
    child_index  TEXT NOT NULL,     -- keyed hash of the child's ID number
    submit_key   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    submitted_at BIGINT NOT NULL
);
CREATE INDEX applications_all ON applications (waiting, submitted_at, reference);
CREATE INDEX applications_by_state ON applications (state, submitted_at, reference);
CREATE INDEX applications_by_town ON applications (town, waiting, submitted_at, reference);
CREATE INDEX applications_by_town_state ON applications (town, state, submitted_at, reference);
CREATE INDEX applications_by_child ON applications (child_index);

CREATE TABLE events (
    reference  TEXT NOT NULL REFERENCES applications (reference) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    at         BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    move       TEXT NOT NULL,
    state      TEXT NOT NULL,
    words      BYTEA NOT NULL,
    PRIMARY KEY (reference, number)
);

CREATE TABLE draft_tokens (
    token_hash TEXT PRIMARY KEY,
    reference  TEXT NOT NULL REFERENCES applications (reference) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX draft_tokens_by_reference ON draft_tokens (reference);

-- Wrong codes and passwords. Whom they were for is kept as a keyed hash.
CREATE TABLE attempts (
    scope        TEXT NOT NULL,
    subject      TEXT NOT NULL,
    failures     INTEGER NOT NULL,
    locks        INTEGER NOT NULL,
    locked_until BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (scope, subject)
);
