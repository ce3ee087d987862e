-- before is the hash of the line before; see casework.Link. The lines that are there
-- are chained by the migration, which is why they can be changed once more.
ALTER TABLE audit ADD COLUMN before BLOB NOT NULL DEFAULT x'';
ALTER TABLE audit_head ADD COLUMN hash BLOB NOT NULL DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';
DROP TRIGGER audit_no_update;

CREATE TABLE audit_seals (
    number BIGINT PRIMARY KEY, -- of the last line then
    at     BIGINT NOT NULL,
    hash   BLOB NOT NULL,
    code   BLOB NOT NULL       -- of number, hash and time, by the portal's keys
);
CREATE TRIGGER audit_seals_no_update BEFORE UPDATE ON audit_seals
BEGIN
    SELECT RAISE(ABORT, 'the seals of the audit are append-only');
END;
CREATE TRIGGER audit_seals_no_delete BEFORE DELETE ON audit_seals
BEGIN
    SELECT RAISE(ABORT, 'the seals of the audit are append-only');
END;
