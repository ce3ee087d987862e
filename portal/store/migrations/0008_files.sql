-- +goose Up
-- What families attach. A row is there before its blobs and goes after them, so that
-- no blob is ever without a row: arriving until they are whole, gone until they are
-- deleted. It has no foreign key for the same reason: it outlives its application.
CREATE TABLE files (
    id         TEXT PRIMARY KEY,  -- random; names the blob
    small      TEXT NOT NULL,     -- blob of the small picture; empty for none
    reference  TEXT NOT NULL,
    document   TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('jpeg', 'pdf')),
    size       BIGINT NOT NULL,
    digest     TEXT NOT NULL,     -- keyed hash of what was sent
    state      TEXT NOT NULL CHECK (state IN ('arriving', 'pending', 'clean', 'infected', 'failed', 'gone')),
    added_at   BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX files_by_application ON files (reference, document);
CREATE INDEX files_by_state ON files (state, changed_at);

-- Documents that the family brings on paper.
CREATE TABLE papers (
    reference TEXT NOT NULL REFERENCES applications (reference) ON DELETE CASCADE,
    document  TEXT NOT NULL,
    PRIMARY KEY (reference, document)
);
