-- +goose Up
-- Lists of the desk whose filter leaves little of much: each has an index in its own
-- order, so that a page reads what it shows, however many rows there are beside. These
-- tables are written seldom, a few times for each child or referral.
CREATE INDEX children_by_village ON children (town, village, due_at, id) WHERE closed_at = 0;
CREATE INDEX children_by_band ON children (band, due_at, id) WHERE closed_at = 0;
CREATE INDEX children_by_town_band ON children (town, band, due_at, id) WHERE closed_at = 0;
CREATE INDEX children_unpaired ON children (due_at, id) WHERE closed_at = 0 AND visit_days > 0 AND paired_at = 0;
CREATE INDEX children_unpaired_by_town ON children (town, due_at, id) WHERE closed_at = 0 AND visit_days > 0 AND paired_at = 0;
CREATE INDEX referrals_by_sender ON referrals (sender, waits, due_at, id);
CREATE INDEX referrals_by_taker ON referrals (taker, waits, due_at, id) WHERE taker <> '';

-- What one of the staff did of one kind. Lines of families are not in it.
CREATE INDEX audit_by_login_action ON audit (login, action, number) WHERE login <> '';
