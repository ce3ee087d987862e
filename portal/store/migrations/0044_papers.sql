-- +goose Up
-- Files hang on cases of every kind: photos of a visit or of a report, what a department
-- answers with. Their place in the case has a colon in its name, a family's document
-- never has.
ALTER TABLE files ADD COLUMN case_kind TEXT NOT NULL DEFAULT 'application'; -- reference is its ID
ALTER TABLE files ADD COLUMN added_by TEXT NOT NULL DEFAULT '';             -- user; '' for a family, or who reported
