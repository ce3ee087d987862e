ALTER TABLE audit ENABLE TRIGGER audit_no_change;
