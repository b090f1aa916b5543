-- Signing sessions, from the moment that somebody pressed Send.
-- Moments are milliseconds since 1970-01-01T00:00:00Z; ids are UUIDs as 16 bytes,
-- digests SHA-256 as 32. Signing links are never stored.

CREATE TABLE sessions (
    -- Also the session's externalReference at the signing API.
    id               BLOB    NOT NULL PRIMARY KEY,
    owner            BLOB    NOT NULL,
    idempotency_key  TEXT    NOT NULL,
    request_hash     BLOB    NOT NULL,

    title            TEXT    NOT NULL,
    signer           TEXT    NOT NULL,
    due              INTEGER NOT NULL,
    sign_text        TEXT,
    language         TEXT    NOT NULL,
    -- Title and signer in lower case: SQLite folds ASCII only.
    searchable       TEXT    NOT NULL,

    step             TEXT    NOT NULL CHECK (step IN
        ('planned', 'uploading', 'sending', 'unknown', 'sent', 'failed', 'abandoned')),
    -- When the request that creates the session at the API was about to go.
    send_started_at  INTEGER,
    -- Listings after the quiet time that did not show the session.
    clean_scans      INTEGER NOT NULL DEFAULT 0,
    collection       BLOB    UNIQUE,
    upstream_session BLOB    UNIQUE,
    api_state        TEXT,
    api_final        INTEGER NOT NULL DEFAULT 0 CHECK (api_final IN (0, 1)),
    gone             INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)),
    link_expires_at  INTEGER,
    reject_reason    TEXT,
    failure          TEXT,
    -- The standing of the last event.
    standing         TEXT    NOT NULL,

    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    UNIQUE (owner, idempotency_key)
) STRICT;

CREATE INDEX sessions_newest ON sessions (created_at DESC, id DESC);
CREATE INDEX sessions_open ON sessions (step, api_final, gone);

CREATE TABLE documents (
    -- The portal's id, which the browser uploads to.
    upload           BLOB    NOT NULL PRIMARY KEY,
    session          BLOB    NOT NULL REFERENCES sessions (id),
    position         INTEGER NOT NULL,
    filename         TEXT    NOT NULL,
    mime_type        TEXT    NOT NULL,
    size             INTEGER NOT NULL,
    browser_hash     BLOB    NOT NULL,
    server_hash      BLOB,
    api_hash         BLOB,
    -- The API's id; null until the API has the very bytes that were announced.
    document         BLOB    UNIQUE,
    UNIQUE (session, position)
) STRICT;

-- Files that signing made.
CREATE TABLE results (
    document         BLOB    NOT NULL PRIMARY KEY,
    session          BLOB    NOT NULL REFERENCES sessions (id),
    kind             TEXT    NOT NULL CHECK (kind IN ('xades', 'pades', 'package', 'other')),
    -- The API's id of the document that it belongs to.
    original         BLOB,
    mime_type        TEXT,
    api_hash         BLOB
) STRICT;

CREATE INDEX results_of ON results (session);

-- What is at the API and must go. A row leaves only when the API said that the
-- thing is deleted or unknown, so a crash or an outage delays, but loses nothing.
CREATE TABLE leftovers (
    id               BLOB    NOT NULL PRIMARY KEY,
    kind             TEXT    NOT NULL CHECK (kind IN ('session', 'collection', 'document')),
    session          BLOB    NOT NULL REFERENCES sessions (id),
    since            INTEGER NOT NULL
) STRICT;

CREATE INDEX leftovers_of ON leftovers (session);

-- What the live stream tells. AUTOINCREMENT: a number is never used twice.
CREATE TABLE events (
    seq              INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    session          BLOB    NOT NULL REFERENCES sessions (id),
    standing         TEXT    NOT NULL,
    at               INTEGER NOT NULL
) STRICT;

-- One row: since when the API has not answered, if it does not.
CREATE TABLE upstream_health (
    only_row         INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    stale_since      INTEGER
) STRICT;

INSERT INTO upstream_health (only_row, stale_since) VALUES (1, NULL);
