-- Version 3. What a person or a provider waits for is looked up and not searched for in a
-- store that has grown: at half a million cases the telephone reference took five seconds,
-- the facts of one case eighteen, and a provider's list read all of its cases at each poll.
CREATE INDEX cases_reference ON cases (reference);
-- A row's number is part of every index: the facts of a case come in their order.
CREATE INDEX audit_case ON audit (case_id) WHERE case_id IS NOT NULL;
-- The list shows stops as well: this index takes the place of the one of deliveries alone.
DROP INDEX legs_list;
CREATE INDEX legs_of_destination ON legs (destination, number)
    WHERE kind IN ('deliver', 'stop');
