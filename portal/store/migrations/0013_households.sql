-- +goose Up
-- Drafts for a child are found for the desk, as submitted applications are by
-- applications_by_child. A draft without an ID number is in neither.
CREATE INDEX applications_drafts_by_child ON applications (child_index) WHERE child_index <> '' AND submitted_at = 0;

-- 1: the family wants to hear of all its applications there, later ones as well.
ALTER TABLE contacts ADD COLUMN household SMALLINT NOT NULL DEFAULT 0;
