-- +goose Up
-- On which grounds something was not approved: their IDs, separated by spaces, which say
-- no more of anybody than a category. They are what figures count. What the family reads
-- is sealed with the words, as it was on that day. What was decided before has none.
ALTER TABLE events ADD COLUMN grounds TEXT NOT NULL DEFAULT '';
-- The figures count decisions without reading them: the index has all that they ask.
DROP INDEX events_decided;
CREATE INDEX events_decided ON events (at, move, reference, number, grounds) WHERE move IN ('approve', 'refuse');
