-- A list that a second officer has confirmed stays as it is: neither it nor its rows
-- change, go or become more. Only what is sealed in a row may be sealed anew under
-- another key; who changes it without the keys makes a row that does not open. A restored
-- list comes with its state, so that its rows fill it up to their number.
CREATE FUNCTION pay_list_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'confirmed' THEN
        RAISE EXCEPTION 'a confirmed pay list stays as it is';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER pay_lists_no_change BEFORE UPDATE OR DELETE ON pay_lists
    FOR EACH ROW EXECUTE FUNCTION pay_list_stays();
CREATE TRIGGER pay_lists_no_truncate BEFORE TRUNCATE ON pay_lists
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();

CREATE FUNCTION pay_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM 1 FROM pay_lists WHERE id = NEW.list AND state = 'confirmed'
            AND grants <= (SELECT COUNT(*) FROM pay_entries WHERE list = NEW.list);
        IF FOUND THEN
            RAISE EXCEPTION 'a confirmed pay list stays as it is';
        END IF;
        RETURN NEW;
    END IF;
    PERFORM 1 FROM pay_lists WHERE id = OLD.list AND state = 'confirmed';
    IF FOUND THEN
        RAISE EXCEPTION 'a confirmed pay list stays as it is';
    END IF;
    RETURN OLD;
END;
$$;

CREATE TRIGGER pay_entries_no_change BEFORE INSERT OR DELETE ON pay_entries
    FOR EACH ROW EXECUTE FUNCTION pay_entry_stays();
CREATE TRIGGER pay_entries_no_update BEFORE UPDATE OF id, list, month, reference, town, amount, basis, began, months ON pay_entries
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER pay_entries_no_truncate BEFORE TRUNCATE ON pay_entries
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
