-- +goose Up
-- A phone or tablet on which a director works without a network. What is finished there
-- is closed in boxes that only the private half of its key opens, which stays here. It
-- goes with the session in which it was last seen, when that is ended on purpose.
CREATE TABLE field_devices (
    id         TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL,
    session_id TEXT NOT NULL,
    key        BYTEA NOT NULL,
    seen_at    BIGINT NOT NULL
);
CREATE INDEX field_devices_by_user ON field_devices (user_id);
CREATE INDEX field_devices_by_age ON field_devices (seen_at);
