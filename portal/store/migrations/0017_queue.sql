-- +goose Up
-- Who handles an application; empty for nobody.
ALTER TABLE applications ADD COLUMN assignee TEXT NOT NULL DEFAULT '';
-- Its place in the lists: the moment at which the office's next step is due; behind all
-- those what has no limit, and behind that what does not wait for the office, newest
-- first. It is worked out anew when the portal starts, so that what is here is corrected.
ALTER TABLE applications ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
UPDATE applications SET turn = 4611686018427387904 - submitted_at WHERE submitted_at > 0;

DROP INDEX applications_by_state;
DROP INDEX applications_by_town_state;
CREATE INDEX applications_by_state ON applications (state, turn, reference) WHERE submitted_at > 0;
-- The conditions on town and policy keep SQLite from skipping through them for the lists
-- of a state, which it would then have to sort.
CREATE INDEX applications_by_town_state ON applications (town, state, turn, reference) WHERE submitted_at > 0 AND town <> '';
CREATE INDEX applications_by_policy ON applications (policy, state, turn, reference) WHERE submitted_at > 0 AND policy <> '';

-- The queue: small, since what is decided is in none of these.
CREATE INDEX applications_unassigned ON applications (turn, reference) WHERE waiting = 1 AND assignee = '';
CREATE INDEX applications_unassigned_by_town ON applications (town, turn, reference) WHERE waiting = 1 AND assignee = '';
CREATE INDEX applications_by_assignee ON applications (assignee, turn, reference) WHERE waiting = 1 AND assignee <> '';

-- Filters that somebody at the desk keeps under a name, which is sealed.
CREATE TABLE desk_views (
    id      TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name    BYTEA NOT NULL,
    filters TEXT NOT NULL, -- as in the list's address
    made_at BIGINT NOT NULL
);
CREATE INDEX desk_views_by_user ON desk_views (user_id, made_at, id);

-- Documents of an application that somebody at the desk has looked at.
CREATE TABLE looked_at (
    reference TEXT NOT NULL REFERENCES applications (reference) ON DELETE CASCADE,
    document  TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (reference, document)
);
