-- +goose Up
-- That somebody who has lost password and second factor may set both anew: one
-- administrator has seen the person and asks, another one gives the link.
CREATE TABLE access_requests (
    id         TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    asked_by   TEXT NOT NULL,
    asked_at   BIGINT NOT NULL,
    proof      TEXT NOT NULL,
    reason     BYTEA NOT NULL,
    given_by   TEXT NOT NULL,
    given_at   BIGINT NOT NULL, -- 0 until then
    token_hash TEXT NOT NULL,   -- of the link; empty until then
    ended_at   BIGINT NOT NULL  -- used, taken back or replaced; 0 while it counts
);
CREATE INDEX access_requests_open ON access_requests (user_id) WHERE ended_at = 0;
CREATE UNIQUE INDEX access_requests_by_token ON access_requests (token_hash) WHERE token_hash <> '';
