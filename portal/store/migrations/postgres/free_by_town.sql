-- What nobody handles in the whole city is put together from the towns, so that a
-- submission is written in one index less. See doc 0085.
DROP INDEX applications_unassigned;
