-- A list that a second officer has confirmed stays as it is: neither it nor its rows
-- change, go or become more. Only what is sealed in a row may be sealed anew under
-- another key; who changes it without the keys makes a row that does not open. A restored
-- list comes with its state, so that its rows fill it up to their number.
CREATE TRIGGER pay_lists_no_replace BEFORE INSERT ON pay_lists
WHEN EXISTS (SELECT 1 FROM pay_lists WHERE id = NEW.id AND state = 'confirmed')
BEGIN
    SELECT RAISE(ABORT, 'a confirmed pay list stays as it is');
END;

CREATE TRIGGER pay_lists_no_update BEFORE UPDATE ON pay_lists WHEN OLD.state = 'confirmed'
BEGIN
    SELECT RAISE(ABORT, 'a confirmed pay list stays as it is');
END;

CREATE TRIGGER pay_lists_no_delete BEFORE DELETE ON pay_lists WHEN OLD.state = 'confirmed'
BEGIN
    SELECT RAISE(ABORT, 'a confirmed pay list stays as it is');
END;

CREATE TRIGGER pay_entries_no_insert BEFORE INSERT ON pay_entries
WHEN EXISTS (SELECT 1 FROM pay_lists WHERE id = NEW.list AND state = 'confirmed'
    AND grants <= (SELECT COUNT(*) FROM pay_entries WHERE list = NEW.list))
BEGIN
    SELECT RAISE(ABORT, 'a confirmed pay list stays as it is');
END;

CREATE TRIGGER pay_entries_no_update BEFORE UPDATE OF id, list, month, reference, town, amount, basis, began, months ON pay_entries
BEGIN
    SELECT RAISE(ABORT, 'rows of a pay list stay as they are');
END;

CREATE TRIGGER pay_entries_no_delete BEFORE DELETE ON pay_entries
WHEN EXISTS (SELECT 1 FROM pay_lists WHERE id = OLD.list AND state = 'confirmed')
BEGIN
    SELECT RAISE(ABORT, 'a confirmed pay list stays as it is');
END;
