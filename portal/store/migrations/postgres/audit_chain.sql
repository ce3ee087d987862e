-- before is the hash of the line before; see casework.Link. The lines that are there
-- are chained by the migration, which is why they can be changed once more.
ALTER TABLE audit ADD COLUMN before BYTEA NOT NULL DEFAULT '';
ALTER TABLE audit_head ADD COLUMN hash BYTEA NOT NULL DEFAULT decode(repeat('00', 32), 'hex');
ALTER TABLE audit DISABLE TRIGGER audit_no_change;

-- audit_take gives the lines with these digests their numbers and what each carries of
-- the one before. Until the transaction ends nobody else gets a number.
CREATE FUNCTION audit_take(digests bytea[]) RETURNS TABLE (line bigint, number bigint, before bytea) LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(digests) = 0 THEN
        RETURN;
    END IF;
    SELECT head.number, head.hash INTO number, before FROM audit_head AS head FOR UPDATE;
    FOR i IN 1 .. cardinality(digests) LOOP
        line := i;
        number := number + 1;
        RETURN NEXT;
        before := sha256(before || int8send(number) || digests[i]);
    END LOOP;
    UPDATE audit_head SET number = audit_take.number, hash = audit_take.before;
END;
$$;

CREATE TABLE audit_seals (
    number BIGINT PRIMARY KEY, -- of the last line then
    at     BIGINT NOT NULL,
    hash   BYTEA NOT NULL,
    code   BYTEA NOT NULL      -- of number, hash and time, by the portal's keys
);
CREATE TRIGGER audit_seals_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
