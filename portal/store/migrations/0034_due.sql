-- +goose Up
-- When a temporary guardianship is looked at again, beside the other days of a child.
-- The day itself is sealed in the episode: one that lasts is due at once, and its next
-- review writes the day.
ALTER TABLE children ADD COLUMN review_at BIGINT NOT NULL DEFAULT 0; -- 0: none
UPDATE children SET review_at = custody_at WHERE custody_at > 0;
CREATE INDEX children_by_review ON children (review_at, id) WHERE closed_at = 0 AND review_at > 0;
CREATE INDEX children_by_visit ON children (visit_due, id) WHERE closed_at = 0 AND visit_due > 0;
CREATE INDEX children_by_again ON children (again_at, id) WHERE closed_at = 0 AND band <> '';
