-- Version 1. Times are microseconds since 1970-01-01T00:00:00Z; ids are the 16 bytes of
-- a UUID; a column called sealed_* holds scheme byte, nonce, ciphertext and tag; a
-- column called *_hash holds 32 bytes. Personal data is in sealed columns only.

CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One row a request that was answered (BaRS Core 1.5.0, transactional integrity).
CREATE TABLE answers (
    organisation   TEXT NOT NULL,
    request_id     BLOB NOT NULL,
    correlation_id BLOB NOT NULL,
    body_hash      BLOB NOT NULL,
    http           INTEGER NOT NULL,
    case_id        BLOB,
    problems_json  BLOB,              -- present: the request was refused
    at             INTEGER NOT NULL,
    PRIMARY KEY (organisation, correlation_id, request_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE cases (
    number               INTEGER PRIMARY KEY,
    id                   BLOB NOT NULL UNIQUE,
    reference            TEXT NOT NULL,
    revision             INTEGER NOT NULL,
    status               TEXT NOT NULL,
    is_open              INTEGER NOT NULL,
    hold_reason          TEXT,
    hold_since           INTEGER,
    referrer             TEXT NOT NULL,
    service_request_id   BLOB NOT NULL UNIQUE,
    correlation_id       BLOB NOT NULL,
    journey_id           BLOB,
    bundle_id            BLOB NOT NULL,
    return_address       TEXT,
    use_case             TEXT NOT NULL,
    provider             TEXT,
    provider_digest      TEXT,
    restricted           INTEGER NOT NULL,
    responsible_kind     TEXT NOT NULL,
    responsible_name     TEXT NOT NULL,
    last_update_at       INTEGER,
    last_update_sequence INTEGER,
    closure_reason       TEXT,
    milestone            TEXT,              -- what is awaited next, and until when
    milestone_due        INTEGER,
    part_of              BLOB,
    referred_on_by       TEXT,              -- the provider, where one referred the person on
    test_person          INTEGER NOT NULL,  -- the number is of the range kept for tests
    received_at          INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL,
    identifier_hash      BLOB,
    nhs_number_hash      BLOB,
    demographics_hash    BLOB,
    wrapped_key          BLOB NOT NULL,
    sealed_case          BLOB NOT NULL
) STRICT;
CREATE INDEX cases_identifier   ON cases (identifier_hash)   WHERE identifier_hash IS NOT NULL;
CREATE INDEX cases_nhs_number   ON cases (nhs_number_hash)   WHERE nhs_number_hash IS NOT NULL;
CREATE INDEX cases_demographics ON cases (demographics_hash) WHERE demographics_hash IS NOT NULL;
CREATE INDEX cases_status       ON cases (status);
CREATE INDEX cases_of_provider  ON cases (provider, is_open, received_at) WHERE provider IS NOT NULL;
CREATE INDEX cases_due          ON cases (milestone_due)     WHERE milestone_due IS NOT NULL;
CREATE INDEX cases_part_of      ON cases (part_of)           WHERE part_of IS NOT NULL;

CREATE TABLE messages (
    id             BLOB NOT NULL,
    case_id        BLOB NOT NULL REFERENCES cases (id),
    direction      TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    version        INTEGER NOT NULL,
    bundle_id      BLOB NOT NULL,
    request_id     BLOB NOT NULL,
    correlation_id BLOB NOT NULL,
    event          TEXT NOT NULL,
    reason         TEXT NOT NULL,
    body_hash      BLOB NOT NULL,
    at             INTEGER NOT NULL,
    sealed_body    BLOB NOT NULL,
    UNIQUE (case_id, direction, version)
) STRICT;

-- The history of a case; holder_* say who has the person from here on, where that changed.
CREATE TABLE events (
    case_id             BLOB NOT NULL REFERENCES cases (id),
    seq                 INTEGER NOT NULL,
    at                  INTEGER NOT NULL,
    occurred_at         INTEGER NOT NULL,
    actor               TEXT NOT NULL,
    kind                TEXT NOT NULL,
    status              TEXT NOT NULL,
    provider_word       TEXT,
    note                TEXT,
    evidence            BLOB,
    holder_kind         TEXT,
    holder_name         TEXT,
    visible_to_referrer INTEGER NOT NULL,
    PRIMARY KEY (case_id, seq)
) STRICT, WITHOUT ROWID;

-- The outbox. AUTOINCREMENT: a number is never given twice, for it is the order of
-- sending and a provider's place in its list.
CREATE TABLE legs (
    number         INTEGER PRIMARY KEY AUTOINCREMENT,
    id             BLOB NOT NULL UNIQUE,
    case_id        BLOB NOT NULL REFERENCES cases (id),
    kind           TEXT NOT NULL CHECK (kind IN ('deliver', 'stop', 'respond')),
    destination    TEXT NOT NULL,
    channel        TEXT NOT NULL,
    content_type   TEXT NOT NULL,
    effect_key     TEXT NOT NULL,
    says           TEXT,              -- the status or stop that it tells of
    version        INTEGER NOT NULL,
    state          TEXT NOT NULL
                   CHECK (state IN ('released', 'waiting', 'delivered', 'parked', 'stopped')),
    attempts       INTEGER NOT NULL,
    due_at         INTEGER NOT NULL,
    claimed_until  INTEGER,           -- a process is at work on it; PostgreSQL only
    last_error     TEXT,
    created_at     INTEGER NOT NULL,
    sealed_payload BLOB NOT NULL,
    sealed_trace   BLOB
) STRICT;
CREATE INDEX legs_order ON legs (case_id, destination, number);
-- With the destination, so that the look for what is due passes over the backlog of a
-- destination that hangs without reading its rows.
CREATE INDEX legs_state ON legs (state, due_at, number, destination);
CREATE INDEX legs_list  ON legs (destination, number) WHERE kind = 'deliver';

CREATE TABLE update_keys (
    case_id         BLOB NOT NULL REFERENCES cases (id),
    provider        TEXT NOT NULL,
    client_key      TEXT NOT NULL,     -- keyed hash, in hexadecimal
    body_hash       BLOB NOT NULL,
    http            INTEGER NOT NULL,
    sealed_response BLOB NOT NULL,
    PRIMARY KEY (case_id, provider, client_key)
) STRICT, WITHOUT ROWID;

-- What waits for a person. One open entry a case, kind and subject (a leg, a milestone).
CREATE TABLE queue (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    id         BLOB NOT NULL UNIQUE,
    case_id    BLOB NOT NULL REFERENCES cases (id),
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    reason     TEXT NOT NULL,
    owner      TEXT NOT NULL,
    raised_at  INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    alerted_at INTEGER,
    told_at    INTEGER,
    closed_at  INTEGER,
    closed_by  TEXT,
    closing    TEXT
) STRICT;
CREATE UNIQUE INDEX queue_open ON queue (case_id, kind, subject) WHERE closed_at IS NULL;
CREATE INDEX queue_due ON queue (due_at) WHERE closed_at IS NULL;

-- Jobs that one process at a time does. The epoch grows with each new holder.
CREATE TABLE leases (
    name    TEXT NOT NULL PRIMARY KEY,
    holder  BLOB NOT NULL,
    epoch   INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Appended to and never changed; leaf_hash is documented in store/leaf.rs.
CREATE TABLE audit (
    seq       INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    actor     TEXT NOT NULL,
    case_id   BLOB,
    evidence  BLOB,
    details   TEXT NOT NULL,
    leaf_hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_is_not_updated BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- INSERT OR REPLACE deletes without firing the trigger above.
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
