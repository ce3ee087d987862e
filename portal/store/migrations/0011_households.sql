-- +goose Up
-- Applications that a family makes together share a household, named by the number
-- of the first; it is empty for one that stands alone. Children are numbered within.
ALTER TABLE applications ADD COLUMN household TEXT NOT NULL DEFAULT '';
ALTER TABLE applications ADD COLUMN child SMALLINT NOT NULL DEFAULT 0;
CREATE INDEX applications_by_household ON applications (household) WHERE household <> '';
