-- +goose Up
-- An application stands either among what nobody handles, by its state, or in the list of
-- its state: not in both. Lists of a state are put together from the two. What came in is
-- counted along the index of the policies. So a submission is written in three indexes
-- less. See doc 0068.
DROP INDEX applications_by_state;
DROP INDEX applications_by_town_state;
DROP INDEX applications_by_policy;
DROP INDEX applications_unassigned;
DROP INDEX applications_unassigned_by_town;
DROP INDEX applications_by_day;
CREATE INDEX applications_by_state ON applications (state, turn, reference) WHERE submitted_at > 0 AND (waiting = 0 OR assignee <> '');
CREATE INDEX applications_by_town_state ON applications (town, state, turn, reference) WHERE submitted_at > 0 AND town <> '' AND (waiting = 0 OR assignee <> '');
CREATE INDEX applications_by_policy ON applications (policy, state, turn, reference, submitted_at, town) WHERE submitted_at > 0 AND policy <> '';
CREATE INDEX applications_unassigned ON applications (state, turn, reference) WHERE waiting = 1 AND assignee = '';
CREATE INDEX applications_unassigned_by_town ON applications (town, state, turn, reference) WHERE waiting = 1 AND assignee = '';
