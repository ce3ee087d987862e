-- +goose Up
-- The audit has no foreign keys: it outlives what it speaks of.
CREATE TABLE audit (
    number     BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    login      TEXT NOT NULL,
    action     TEXT NOT NULL,
    reference  TEXT NOT NULL,
    detail     TEXT NOT NULL
);
CREATE INDEX audit_by_reference ON audit (reference, number);

-- One row. Whoever adds to the audit takes the next number here, so that numbers
-- have no gaps and follow the order in which transactions end.
CREATE TABLE audit_head (
    number BIGINT NOT NULL
);
INSERT INTO audit_head (number) VALUES (0);
