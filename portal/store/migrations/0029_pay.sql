-- +goose Up
-- When the grant began: since is that of its amount, and moves with it.
ALTER TABLE grants ADD COLUMN began BIGINT NOT NULL DEFAULT 0;
UPDATE grants SET began = COALESCE((SELECT MIN(c.since) FROM grant_changes c WHERE c.reference = grants.reference), since);
-- A moment of the last month that is paid; 0 while the grant runs.
ALTER TABLE grants ADD COLUMN stopped BIGINT NOT NULL DEFAULT 0;
CREATE INDEX grants_by_town ON grants (policy, town, reference);

-- Who stopped a grant, or let it run again, and why.
CREATE TABLE grant_stops (
    id        TEXT PRIMARY KEY, -- random; the words are sealed to it
    reference TEXT NOT NULL REFERENCES grants (reference) ON DELETE CASCADE,
    at        BIGINT NOT NULL,
    actor     TEXT NOT NULL,
    stopped   BIGINT NOT NULL,
    words     BYTEA NOT NULL
);
CREATE INDEX grant_stops_by_grant ON grant_stops (reference, at);

-- Who is paid for a month, as one officer closed it and another confirmed it. Neither it
-- nor its rows change after that.
CREATE TABLE pay_lists (
    id           TEXT PRIMARY KEY,
    page_key     TEXT NOT NULL UNIQUE, -- of the page that closed it: sent twice, it is one
    month        TEXT NOT NULL,
    policy       TEXT NOT NULL,
    town         TEXT NOT NULL,        -- '' for all
    choice       TEXT NOT NULL CHECK (choice IN ('', 'early', 'late')),
    state        TEXT NOT NULL CHECK (state IN ('closed', 'confirmed', 'returned')),
    grants       BIGINT NOT NULL,
    total        BIGINT NOT NULL,      -- in fen
    closed_by    TEXT NOT NULL,
    closed_at    BIGINT NOT NULL,
    decided_by   TEXT NOT NULL,
    decided_at   BIGINT NOT NULL,
    CHECK (state <> 'confirmed' OR decided_by <> closed_by)
);
CREATE INDEX pay_lists_by_month ON pay_lists (month, closed_at);

CREATE TABLE pay_entries (
    id        TEXT PRIMARY KEY, -- list and reference, to which the body is sealed
    list      TEXT NOT NULL REFERENCES pay_lists (id),
    month     TEXT NOT NULL,
    reference TEXT NOT NULL,
    town      TEXT NOT NULL,
    amount    BIGINT NOT NULL,
    basis     TEXT NOT NULL,    -- where the amount stands, in words
    began     BIGINT NOT NULL,
    months    BIGINT NOT NULL,  -- paid so far, this one included
    body      BYTEA NOT NULL,
    UNIQUE (month, reference)   -- nobody is paid twice for a month
);
CREATE INDEX pay_entries_by_list ON pay_entries (list, reference);
