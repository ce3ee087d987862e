-- +goose Up
-- What an approval pays, in fen, as the standard was on that day. A standard that
-- changes later changes nothing here by itself.
CREATE TABLE grants (
    reference TEXT PRIMARY KEY REFERENCES applications (reference) ON DELETE CASCADE,
    policy    TEXT NOT NULL,
    town      TEXT NOT NULL,
    fact      TEXT NOT NULL,
    amount    BIGINT NOT NULL,
    unit      TEXT NOT NULL,
    since     BIGINT NOT NULL
);
CREATE INDEX grants_by_policy ON grants (policy, reference);

-- How a grant came to its amount: nothing is ever changed without a line here.
CREATE TABLE grant_changes (
    reference TEXT NOT NULL REFERENCES grants (reference) ON DELETE CASCADE,
    at        BIGINT NOT NULL,
    actor     TEXT NOT NULL,
    fact      TEXT NOT NULL, -- before
    amount    BIGINT NOT NULL,
    since     BIGINT NOT NULL,
    from_day  BIGINT NOT NULL, -- from which the new amount counts
    PRIMARY KEY (reference, at)
);
