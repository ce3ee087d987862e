-- Applications for a child are found by the child alone, drafts as well as others: the few
-- that a child has are told apart when somebody asks. So handing in writes neither of what
-- were two indexes. See doc 0086.
DROP INDEX applications_by_child;
DROP INDEX applications_drafts_by_child;
CREATE INDEX applications_by_child ON applications (child_index) WHERE child_index <> '';
