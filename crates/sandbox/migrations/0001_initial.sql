-- Times are nanoseconds since 1970-01-01T00:00:00Z. Ids are hyphenated UUIDs.

-- Bytes lie in files named by their SHA-256; several rows may share one.
CREATE TABLE document (
    id          TEXT    NOT NULL PRIMARY KEY,
    mime_type   TEXT    NOT NULL,
    sha256      TEXT    NOT NULL,
    size        INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    -- When it stops being readable: an orphan's deadline, then its sessions' due date, or the moment it was deleted.
    expires_at  INTEGER NOT NULL,
    filename    TEXT,
    description TEXT,
    title       TEXT
) STRICT;
CREATE INDEX document_sha256 ON document (sha256);
CREATE INDEX document_expires_at ON document (expires_at);

CREATE TABLE collection (
    id         TEXT    NOT NULL PRIMARY KEY,
    package_to TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;

CREATE TABLE collection_document (
    collection_id TEXT    NOT NULL REFERENCES collection ON DELETE CASCADE,
    document_id   TEXT    NOT NULL REFERENCES document ON DELETE CASCADE,
    position      INTEGER NOT NULL,
    PRIMARY KEY (collection_id, document_id)
) STRICT;
CREATE INDEX collection_document_document ON collection_document (document_id);

CREATE TABLE session (
    id              TEXT    NOT NULL PRIMARY KEY,
    -- The signer's secret, which the link carries.
    link            TEXT    NOT NULL UNIQUE,
    state           TEXT    NOT NULL CHECK (state IN ('BLOCKED', 'READY', 'SIGNED', 'REJECTED')),
    reject_reason   TEXT,
    -- What was asked for, as JSON, with defaults filled in.
    terms           TEXT    NOT NULL,
    title_folded    TEXT    NOT NULL,
    flow            TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    due_at          INTEGER NOT NULL,
    link_expires_at INTEGER NOT NULL,
    deleted_at      INTEGER
) STRICT;
CREATE INDEX session_created_at ON session (created_at);
CREATE INDEX session_due_at ON session (due_at);

CREATE TABLE session_document (
    session_id    TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
    document_id   TEXT NOT NULL,
    collection_id TEXT NOT NULL,
    PRIMARY KEY (session_id, document_id)
) STRICT;
CREATE INDEX session_document_document ON session_document (document_id);
CREATE INDEX session_document_collection ON session_document (collection_id);

-- Predecessors that are not signed yet.
CREATE TABLE session_wait (
    session_id TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
    waits_for  TEXT NOT NULL,
    PRIMARY KEY (session_id, waits_for)
) STRICT;
CREATE INDEX session_wait_waits_for ON session_wait (waits_for);

CREATE TABLE signature (
    session_id    TEXT    NOT NULL REFERENCES session ON DELETE CASCADE,
    original_id   TEXT    NOT NULL,
    result_id     TEXT    NOT NULL,
    collection_id TEXT    NOT NULL,
    position      INTEGER NOT NULL,
    PRIMARY KEY (session_id, original_id)
) STRICT;

-- One signer's browser on its way through one session. The cookie is stored as its hash.
CREATE TABLE visit (
    cookie_hash TEXT    NOT NULL PRIMARY KEY,
    session_id  TEXT    NOT NULL REFERENCES session ON DELETE CASCADE,
    started_at  INTEGER NOT NULL,
    viewed      INTEGER NOT NULL DEFAULT 0,
    consent     TEXT,
    identity    TEXT
) STRICT;
CREATE INDEX visit_session ON visit (session_id);

-- What happened, for the evidence. Append-only.
CREATE TABLE event (
    id         INTEGER NOT NULL PRIMARY KEY,
    session_id TEXT    NOT NULL REFERENCES session ON DELETE CASCADE,
    visit      TEXT,
    kind       TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    ip         TEXT,
    user_agent TEXT
) STRICT;
CREATE INDEX event_session ON event (session_id, id);
