-- The name by which its signatures call a document; none before the first signature.
ALTER TABLE document ADD COLUMN signed_as TEXT;

-- The signature's id in the archive, when it was archived.
ALTER TABLE signature ADD COLUMN archive_id TEXT;
CREATE INDEX signature_collection ON signature (collection_id);

-- A package of a session or a collection that is to be made, is made, or was given up.
CREATE TABLE package (
    id            INTEGER NOT NULL PRIMARY KEY,
    session_id    TEXT    UNIQUE REFERENCES session ON DELETE CASCADE,
    collection_id TEXT    UNIQUE REFERENCES collection ON DELETE CASCADE,
    -- When to try next; none when it is made or given up.
    due_at        INTEGER,
    starts        INTEGER NOT NULL DEFAULT 0,
    failures      INTEGER NOT NULL DEFAULT 0,
    -- What was made, or none.
    package_id    TEXT,
    result_id     TEXT    UNIQUE,
    archive_id    TEXT,
    CHECK ((session_id IS NULL) <> (collection_id IS NULL)),
    CHECK (due_at IS NULL OR result_id IS NULL)
) STRICT;
CREATE INDEX package_due_at ON package (due_at) WHERE due_at IS NOT NULL;

-- Signatures on PDFs, which can go into a package before `until`.
CREATE VIEW packable AS
    SELECT signature.*, result.created_at AS signed_at, min(original.expires_at, result.expires_at) AS until
    FROM signature
    JOIN session ON session.id = signature.session_id AND session.deleted_at IS NULL
    JOIN document AS original ON original.id = signature.original_id AND original.mime_type = 'application/pdf'
    JOIN document AS result ON result.id = signature.result_id;

-- Files that are kept for the period that their session asked for, whatever happens to the session.
CREATE TABLE archived (
    id         TEXT    NOT NULL PRIMARY KEY,
    mime_type  TEXT    NOT NULL,
    sha256     TEXT    NOT NULL,
    size       INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX archived_expires_at ON archived (expires_at);
