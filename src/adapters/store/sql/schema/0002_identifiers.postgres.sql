-- Version 2. A ServiceRequest may carry several identifiers, and a referral is known by
-- each of them. The first stays in cases.identifier_hash, as ever: so the usual referral,
-- which has one, costs no row more, and the cases of version 1 are filled in already (only
-- the first was read then; the others are in sealed messages, which no statement opens).
-- There is no mark to be taken away when a case ends or comes back: whether a referral is
-- open is told by cases.is_open alone.
CREATE TABLE identifiers (
    identifier_hash BYTEA NOT NULL,
    case_id         BYTEA NOT NULL REFERENCES cases (id),
    PRIMARY KEY (identifier_hash, case_id)
);
