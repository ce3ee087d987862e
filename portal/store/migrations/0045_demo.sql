-- +goose Up
-- That everything here is invented: one row in a portal that portal demo has filled, none
-- in a real one. ended_at is 0 while it is being filled.
CREATE TABLE demo (
	id BIGINT PRIMARY KEY CHECK (id = 1),
	began_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL
);
