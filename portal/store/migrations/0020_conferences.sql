-- +goose Up
-- Several offices talk one case over. Each writing of its texts is kept.
CREATE TABLE conferences (
    id         TEXT PRIMARY KEY,
    page_key   TEXT NOT NULL UNIQUE, -- of the page that called it: sent twice, it is one
    case_kind  TEXT NOT NULL,
    case_id    TEXT NOT NULL,
    town       TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('planned', 'held', 'cancelled')),
    version    INTEGER NOT NULL,
    caller     TEXT NOT NULL REFERENCES users (id),
    fields     TEXT NOT NULL,        -- names with a space between
    at         BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX conferences_by_case ON conferences (case_kind, case_id, at);
CREATE INDEX conferences_planned ON conferences (at, id) WHERE state = 'planned';

-- Who takes part: a department, or user: and the id of a member of staff.
CREATE TABLE conference_guests (
    conference TEXT NOT NULL REFERENCES conferences (id) ON DELETE CASCADE,
    guest      TEXT NOT NULL,
    PRIMARY KEY (guest, conference)
);
CREATE INDEX conference_guests_of ON conference_guests (conference);

CREATE TABLE conference_texts (
    id         TEXT PRIMARY KEY, -- conference and version, to which the body is sealed
    conference TEXT NOT NULL REFERENCES conferences (id) ON DELETE CASCADE,
    version    INTEGER NOT NULL,
    at         BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    body       BYTEA NOT NULL,
    UNIQUE (conference, version)
);

-- What was agreed, until when, and who sees to it: office is that of the case.
CREATE TABLE conference_decisions (
    id         TEXT PRIMARY KEY, -- conference and number, to which it is sealed
    conference TEXT NOT NULL REFERENCES conferences (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    owner      TEXT NOT NULL,
    due_at     BIGINT NOT NULL,
    told       SMALLINT NOT NULL,
    done_at    BIGINT NOT NULL,  -- 0 until then
    done_by    TEXT NOT NULL,
    what       BYTEA NOT NULL,
    UNIQUE (conference, number)
);
CREATE INDEX conference_decisions_open ON conference_decisions (owner, due_at, id) WHERE done_at = 0;
