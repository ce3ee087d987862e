-- Pieces of a photo that comes over a weak network: each is a file of its own, sealed and
-- arriving, of a document that no page reads. Together they become the file that the
-- family sees, and go.
CREATE TABLE upload_parts (
    file   TEXT PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
    upload TEXT NOT NULL,   -- keyed hash of application, place and content
    place  BIGINT NOT NULL, -- of its first byte in the whole
    size   BIGINT NOT NULL,
    UNIQUE (upload, place)
);
