-- +goose Up
-- A liaison belongs to another department, and sees the cases that are referred to it.
ALTER TABLE users ADD COLUMN department TEXT NOT NULL DEFAULT '';
ALTER TABLE invites ADD COLUMN department TEXT NOT NULL DEFAULT '';
