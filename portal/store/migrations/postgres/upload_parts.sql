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

-- Rows of a list are counted only where it is confirmed: to count them for each row that
-- comes made a list of ten thousand take as long as fifty million.
CREATE OR REPLACE FUNCTION pay_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whole bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT grants INTO whole FROM pay_lists WHERE id = NEW.list AND state = 'confirmed';
        IF FOUND AND whole <= (SELECT COUNT(*) FROM pay_entries WHERE list = NEW.list) THEN
            RAISE EXCEPTION 'a confirmed pay list stays as it is';
        END IF;
        RETURN NEW;
    END IF;
    PERFORM 1 FROM pay_lists WHERE id = OLD.list AND state = 'confirmed';
    IF FOUND THEN
        RAISE EXCEPTION 'a confirmed pay list stays as it is';
    END IF;
    RETURN OLD;
END;
$$;
