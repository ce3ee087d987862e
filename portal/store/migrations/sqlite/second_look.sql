-- Two states more: one officer proposes and another confirms; the family objects. A
-- table made anew would take along what refers to it, so the check is changed where it
-- is written down, as SQLite's manual has it (lang_altertable, section 7). An index that
-- comes and goes tells other connections to read the tables' definitions again.
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(sql, '''more-needed'',', '''more-needed'', ''proposed'', ''objected'',') WHERE type = 'table' AND name = 'applications';
CREATE INDEX second_look ON desk_views (made_at);
DROP INDEX second_look;
PRAGMA writable_schema = RESET;
