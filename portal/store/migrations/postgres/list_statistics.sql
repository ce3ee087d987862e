-- Where state, town and handler go together, the planner took several hundred entries for
-- fewer than a list shows, and sorted them all instead of walking the index.
CREATE STATISTICS applications_lists (mcv) ON town, state, waiting, assignee FROM applications;
