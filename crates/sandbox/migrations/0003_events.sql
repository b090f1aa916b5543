-- Who is told of events.
CREATE TABLE subscription (
    id               TEXT    NOT NULL PRIMARY KEY,
    url              TEXT    NOT NULL,
    -- JSON array of `service:event`, or `service:*`.
    event_types      TEXT    NOT NULL,
    -- Key of the HMAC. Never answered; it has to be kept as it is to sign with it.
    secret           TEXT    NOT NULL,
    signature_header TEXT    NOT NULL,
    -- For how long after an event its delivery is tried.
    lifetime_seconds INTEGER NOT NULL,
    enabled          INTEGER NOT NULL,
    created_at       INTEGER NOT NULL
) STRICT;

-- What is told: ids alone, written with the change that it tells of. Outlives the session.
CREATE TABLE outbox (
    id                 INTEGER NOT NULL PRIMARY KEY,
    event_id           TEXT    NOT NULL UNIQUE,
    name               TEXT    NOT NULL,
    session_id         TEXT    NOT NULL,
    external_reference TEXT,
    -- 1 for trials: nothing happened.
    mock               INTEGER NOT NULL DEFAULT 0,
    occurred_at        INTEGER NOT NULL
) STRICT;

-- One event on its way to one subscription. Gone when it has arrived.
CREATE TABLE delivery (
    id              INTEGER NOT NULL PRIMARY KEY,
    subscription_id TEXT    NOT NULL REFERENCES subscription ON DELETE CASCADE,
    outbox_id       INTEGER NOT NULL REFERENCES outbox ON DELETE CASCADE,
    -- When it is tried next.
    due_at          INTEGER NOT NULL,
    -- When it is given up. A dead letter waits to be sent again by hand.
    expires_at      INTEGER NOT NULL,
    dead_at         INTEGER,
    attempts        INTEGER NOT NULL DEFAULT 0,
    last_failure    TEXT,
    UNIQUE (subscription_id, outbox_id)
) STRICT;
CREATE INDEX delivery_outbox ON delivery (outbox_id);
CREATE INDEX delivery_due ON delivery (subscription_id, due_at, id) WHERE dead_at IS NULL;
CREATE INDEX delivery_expiry ON delivery (expires_at) WHERE dead_at IS NULL;

-- Whether the session's passed due date was told. Once for good, whoever listens then.
ALTER TABLE session ADD COLUMN expiry_told INTEGER NOT NULL DEFAULT 0;
CREATE INDEX session_expiry ON session (due_at) WHERE expiry_told = 0 AND state IN ('BLOCKED', 'READY');
