-- +goose Up
-- The register of children that the desk looks after. Names, numbers and words are
-- sealed; what the list is filtered and ordered by stands beside them, under a number
-- that names nobody.
CREATE TABLE children (
    id         TEXT PRIMARY KEY,
    version    BIGINT NOT NULL,
    town       TEXT NOT NULL,
    village    TEXT NOT NULL,
    names      BYTEA NOT NULL,
    details    BYTEA NOT NULL,
    id_index   TEXT NOT NULL, -- keyed hash of the ID number; empty: it has none yet
    band       TEXT NOT NULL,
    visit_days BIGINT NOT NULL,
    assessed_at BIGINT NOT NULL,
    again_at   BIGINT NOT NULL,
    paired_at  BIGINT NOT NULL,
    helper_id  TEXT NOT NULL,
    visited_at BIGINT NOT NULL,
    unsafe     BIGINT NOT NULL,
    custody_at BIGINT NOT NULL,
    visit_due  BIGINT NOT NULL, -- 0: no visit is due
    due_at     BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    closed_at  BIGINT NOT NULL,
    why        TEXT NOT NULL,
    ends_at    BIGINT NOT NULL -- when it is deleted
);
CREATE UNIQUE INDEX children_once ON children (id_index) WHERE id_index <> '';
CREATE INDEX children_by_due ON children (due_at, id) WHERE closed_at = 0;
CREATE INDEX children_by_town ON children (town, due_at, id) WHERE closed_at = 0;
CREATE INDEX children_ending ON children (ends_at);

-- With which cases a child is linked: an application, a report.
CREATE TABLE child_cases (
    child_id TEXT NOT NULL REFERENCES children (id) ON DELETE CASCADE,
    kind     TEXT NOT NULL,
    case_id  TEXT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (child_id, kind, case_id)
);
CREATE INDEX child_cases_by_case ON child_cases (kind, case_id);

CREATE TABLE assessments (
    id           TEXT PRIMARY KEY,
    child_id     TEXT NOT NULL REFERENCES children (id) ON DELETE CASCADE,
    number       BIGINT NOT NULL,
    form         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('filling', 'signed', 'confirmed')),
    version      BIGINT NOT NULL,
    assessor     TEXT NOT NULL,
    body         BYTEA NOT NULL, -- answers, opinion, the sheet as it was signed, the reason to correct
    corrects     TEXT NOT NULL,
    started_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    signed_at    BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    confirmed_by TEXT NOT NULL,
    UNIQUE (child_id, number)
);
-- Two people do not fill in two at once for one child.
CREATE UNIQUE INDEX assessments_one_filled ON assessments (child_id) WHERE state = 'filling';
