-- What handing in need not do. See doc 0086.
-- SQLite puts a list of values into a table of its own whenever it checks one against it;
-- comparisons one after the other it just makes. As in second_look.sql the check is
-- changed where it is written down, and the indexes below tell other connections.
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(sql,
    'CHECK (state IN (''draft'', ''submitted'', ''accepted'', ''more-needed'', ''proposed'', ''objected'', ''approved'', ''refused'', ''withdrawn''))',
    'CHECK (state = ''submitted'' OR state = ''draft'' OR state = ''accepted'' OR state = ''more-needed'' OR state = ''proposed'' OR state = ''objected'' OR state = ''approved'' OR state = ''refused'' OR state = ''withdrawn'')')
WHERE type = 'table' AND name = 'applications';
-- Applications for a child are found by the child alone, drafts as well as others: the few
-- that a child has are told apart when somebody asks. So handing in writes neither of what
-- were two indexes.
DROP INDEX applications_by_child;
DROP INDEX applications_drafts_by_child;
CREATE INDEX applications_by_child ON applications (child_index) WHERE child_index <> '';
PRAGMA writable_schema = RESET;
