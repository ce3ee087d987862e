-- +goose Up
-- Who is the supervisor of a town or the director of a village or community. Place and
-- day are public; name and telephone are sealed, since they are shown to everybody only
-- where somebody has allowed it.
CREATE TABLE directory (
    id         TEXT PRIMARY KEY,
    version    BIGINT NOT NULL,
    town       TEXT NOT NULL,
    village    TEXT NOT NULL,        -- '' for the supervisor of the town
    person     BYTEA NOT NULL,       -- name and telephone
    vacant     SMALLINT NOT NULL,    -- 1: nobody is in post
    once       TEXT NOT NULL UNIQUE, -- keyed hash of place and name
    since      TEXT NOT NULL,        -- day; '' where it is not known
    published  SMALLINT NOT NULL,
    allowed_by TEXT NOT NULL,        -- user; '' while nobody has allowed it
    allowed_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX directory_by_place ON directory (town, village, id);

-- Files that were checked and wait for somebody to confirm them. What was checked is what
-- is taken over, once: the page names id and hash.
CREATE TABLE imports (
    id      TEXT PRIMARY KEY,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    hash    TEXT NOT NULL,
    body    BYTEA NOT NULL,
    made_by TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    made_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL -- 0: not confirmed
);
CREATE INDEX imports_by_age ON imports (made_at);
