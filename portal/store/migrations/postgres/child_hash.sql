-- Others for a child are found by the child alone. A hash takes an entry for a quarter of
-- what it costs to find the place of 64 characters, a time and a number in order; of the
-- few that a child has the newest are sorted when somebody asks. See doc 0078.
DROP INDEX applications_by_child;
CREATE INDEX applications_by_child ON applications USING hash (child_index) WHERE submitted_at > 0 AND child_index <> '';
