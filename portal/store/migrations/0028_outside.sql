-- +goose Up
-- Identities of the city's own accounts, as keyed hashes, and whose they are here.
CREATE TABLE outside_identities (
    identity  TEXT PRIMARY KEY,
    user_id   TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    linked_at BIGINT NOT NULL
);
