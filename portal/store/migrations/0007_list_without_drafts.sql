-- +goose Up
-- Drafts are nobody's business: they are not in the lists, and no longer in the
-- indexes that the lists are read from. A list that ends does not walk through the
-- drafts behind it, and saving a draft touches none of these.
DROP INDEX applications_all;
DROP INDEX applications_by_state;
DROP INDEX applications_by_town;
DROP INDEX applications_by_town_state;
DROP INDEX applications_by_child;
CREATE INDEX applications_all ON applications (waiting, submitted_at, reference) WHERE submitted_at > 0;
CREATE INDEX applications_by_state ON applications (state, submitted_at, reference) WHERE submitted_at > 0;
CREATE INDEX applications_by_town ON applications (town, waiting, submitted_at, reference) WHERE submitted_at > 0;
CREATE INDEX applications_by_town_state ON applications (town, state, submitted_at, reference) WHERE submitted_at > 0;
CREATE INDEX applications_by_child ON applications (child_index, submitted_at, reference) WHERE submitted_at > 0;
