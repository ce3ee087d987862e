-- Lists over all states are put together from the ends of one index for each order,
-- so that a submission is written in two of them instead of four.
DROP INDEX applications_all;
DROP INDEX applications_by_town;
