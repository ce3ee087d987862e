-- +goose Up
-- How often links were opened, by day (days since 1970 in China). No visitor is known.
CREATE TABLE share_visits (
    code   TEXT NOT NULL,
    day    BIGINT NOT NULL,
    visits BIGINT NOT NULL,
    PRIMARY KEY (code, day)
);
CREATE INDEX share_visits_by_day ON share_visits (day, code);

-- What was added up, so that a batch that is sent again counts once.
CREATE TABLE share_batches (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);
