-- +goose Up
-- Short links of villages, towns and the city. What one leads to is named, never an
-- address, so that it can move. Nothing here is about a person.
CREATE TABLE share_links (
    code    TEXT PRIMARY KEY,
    target  TEXT NOT NULL,
    town    TEXT NOT NULL, -- empty: the city's
    village TEXT NOT NULL, -- empty: the town's
    made_at BIGINT NOT NULL,
    UNIQUE (town, village, target)
);
