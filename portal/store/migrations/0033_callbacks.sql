-- +goose Up
-- Families that ask to be called back. What they say is sealed; a keyed hash of the number
-- keeps somebody from asking twice for the same.
CREATE TABLE call_backs (
    id          TEXT PRIMARY KEY,
    page_key    TEXT NOT NULL UNIQUE,
    version     BIGINT NOT NULL,
    town        TEXT NOT NULL,
    village     TEXT NOT NULL,
    asked       BYTEA NOT NULL,
    phone_index TEXT NOT NULL,
    notice      TEXT NOT NULL,
    level       BIGINT NOT NULL,
    state       TEXT NOT NULL,
    place       BIGINT NOT NULL, -- 0: open, 1: settled
    sort_at     BIGINT NOT NULL, -- among those: what is due first, what was settled last
    received_at BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    closed_at   BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL  -- when it is deleted
);
CREATE INDEX call_backs_in_order ON call_backs (place, sort_at, id);
CREATE INDEX call_backs_by_town ON call_backs (town, place, sort_at, id);
CREATE INDEX call_backs_by_phone ON call_backs (phone_index) WHERE place = 0;
CREATE INDEX call_backs_ending ON call_backs (ends_at);

CREATE TABLE call_tries (
    id      TEXT PRIMARY KEY, -- call and number, to which the words are sealed
    call_id TEXT NOT NULL REFERENCES call_backs (id) ON DELETE CASCADE,
    number  BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    step    TEXT NOT NULL,
    words   BYTEA NOT NULL,
    UNIQUE (call_id, number)
);
