-- Two states more: one officer proposes and another confirms; the family objects.
ALTER TABLE applications DROP CONSTRAINT applications_state_check;
ALTER TABLE applications ADD CONSTRAINT applications_state_check
    CHECK (state IN ('draft', 'submitted', 'accepted', 'more-needed', 'proposed', 'objected', 'approved', 'refused', 'withdrawn'));
