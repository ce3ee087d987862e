-- +goose Up
-- For the figures of a period. Nothing in the first changes after the submission, so
-- that each is written at its end once; the second holds decisions alone.
CREATE INDEX applications_by_day ON applications (submitted_at, town, policy) WHERE submitted_at > 0;
CREATE INDEX events_decided ON events (at, move, reference, number) WHERE move IN ('approve', 'refuse');
