-- +goose Up
-- What somebody has dealt with: remarks of readers, and questions without an answer.
-- 0: nobody has. A question that is asked again afterwards waits again, from open_since.
ALTER TABLE feedback ADD COLUMN settled_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE unanswered ADD COLUMN settled_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE unanswered ADD COLUMN open_since BIGINT NOT NULL DEFAULT 0; -- 0: since first_at
CREATE INDEX feedback_settled ON feedback (settled_at, at) WHERE LENGTH(text) > 0;
