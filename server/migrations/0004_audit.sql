-- The audit trail: one chain for each team, and one for the portal as a whole.
-- Names and secrets are not in it: who and what are ids.

CREATE TABLE audit (
    -- Order over all chains.
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The team's id; 16 zero bytes for the portal as a whole.
    chain       BLOB    NOT NULL,
    -- From 1, without gaps in a chain.
    seq         INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    -- Who says who it was, and the id there; both null when it was nobody known.
    issuer      TEXT,
    subject     BLOB,
    -- Begin of the sign-in's hash, in hex: tells sign-ins apart, is of no use to anybody.
    login       TEXT,
    ip          TEXT,
    action      TEXT    NOT NULL,
    outcome     TEXT    NOT NULL,
    object_kind TEXT,
    object      BLOB,
    detail      TEXT,
    trace       TEXT,
    -- SHA-256 of the hash before (32 zero bytes at first) and this record as JSON.
    hash        BLOB    NOT NULL,
    UNIQUE (chain, seq)
) STRICT;

CREATE INDEX audit_of_object ON audit (object);
CREATE INDEX audit_of_subject ON audit (subject);
CREATE INDEX audit_by_time ON audit (at);

-- Append-only. The first one also stops INSERT OR REPLACE, which deletes without
-- asking the trigger for deletions.
CREATE TRIGGER audit_appends BEFORE INSERT ON audit
WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit WHERE chain = NEW.chain)
BEGIN SELECT RAISE(ABORT, 'the audit trail has no gaps'); END;
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_loses_nothing BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
