-- Collections: documents that several people sign, in stages. A session is one
-- signer's, and belongs to a collection, as documents do; what was sent before
-- becomes a collection of one session.
-- Tables that others refer to are made anew: nobody checks references meanwhile.

CREATE TABLE collections (
    id               BLOB    NOT NULL PRIMARY KEY,
    owner            BLOB    NOT NULL,
    team             BLOB    REFERENCES teams (id),
    idempotency_key  TEXT    NOT NULL,
    request_hash     BLOB    NOT NULL,

    title            TEXT    NOT NULL,
    due              INTEGER NOT NULL,
    -- JSON: what holds for the whole.
    settings         TEXT    NOT NULL,

    step             TEXT    NOT NULL CHECK (step IN
        ('planned', 'uploading', 'sending', 'unknown', 'sent', 'failed', 'abandoned')),
    -- The API's collection.
    upstream         BLOB    UNIQUE,

    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    UNIQUE (owner, idempotency_key)
) STRICT;

CREATE INDEX collections_open ON collections (step);

INSERT INTO collections (id, owner, team, idempotency_key, request_hash, title, due, settings, step, upstream,
    created_at, updated_at)
SELECT id, owner, team, idempotency_key, request_hash, title, due, '{}', step, collection, created_at, updated_at
FROM sessions;

CREATE TABLE new_sessions (
    -- Also the session's externalReference at the signing API.
    id               BLOB    NOT NULL PRIMARY KEY,
    collection       BLOB    NOT NULL REFERENCES collections (id),
    owner            BLOB    NOT NULL,
    team             BLOB    REFERENCES teams (id),
    -- The signer's place in the plan, from 0.
    position         INTEGER NOT NULL,
    -- Those of one stage sign in any order, after all of the stage before; from 1.
    stage            INTEGER NOT NULL,
    -- JSON: the signer as planned, without their national number.
    settings         TEXT    NOT NULL,
    -- The session that took this one's place when its link was renewed.
    renewed_as       BLOB    REFERENCES sessions (id),

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
    updated_at       INTEGER NOT NULL
) STRICT;

INSERT INTO new_sessions (id, collection, owner, team, position, stage, settings, title, signer, due, sign_text, language,
    searchable, step, send_started_at, clean_scans, upstream_session, api_state, api_final, gone, link_expires_at,
    reject_reason, failure, standing, created_at, updated_at)
SELECT id, id, owner, team, 0, 1,
    json_object('label', signer, 'language', language, 'signText', sign_text, 'packageTo', json(
        CASE WHEN EXISTS (SELECT 1 FROM documents WHERE session = sessions.id AND mime_type <> 'application/pdf')
        THEN '[]' ELSE '["PADES_CONTAINER"]' END)),
    title, signer, due, sign_text, language,
    searchable, step, send_started_at, clean_scans, upstream_session, api_state, api_final, gone, link_expires_at,
    reject_reason, failure, standing, created_at, updated_at
FROM sessions;

CREATE TABLE new_documents (
    -- The portal's id, which the browser uploads to.
    upload           BLOB    NOT NULL PRIMARY KEY,
    collection       BLOB    NOT NULL REFERENCES collections (id),
    position         INTEGER NOT NULL,
    filename         TEXT    NOT NULL,
    mime_type        TEXT    NOT NULL,
    size             INTEGER NOT NULL,
    browser_hash     BLOB    NOT NULL,
    server_hash      BLOB,
    api_hash         BLOB,
    -- The API's id; null until the API has the very bytes that were announced.
    document         BLOB    UNIQUE,
    UNIQUE (collection, position)
) STRICT;

INSERT INTO new_documents SELECT * FROM documents;

CREATE TABLE new_leftovers (
    id               BLOB    NOT NULL PRIMARY KEY,
    kind             TEXT    NOT NULL CHECK (kind IN ('session', 'collection', 'document')),
    collection       BLOB    NOT NULL REFERENCES collections (id),
    since            INTEGER NOT NULL
) STRICT;

INSERT INTO new_leftovers SELECT * FROM leftovers;

DROP TABLE leftovers;
DROP TABLE documents;
DROP TABLE sessions;
ALTER TABLE new_sessions RENAME TO sessions;
ALTER TABLE new_documents RENAME TO documents;
ALTER TABLE new_leftovers RENAME TO leftovers;

CREATE INDEX sessions_newest ON sessions (created_at DESC, id DESC);
CREATE INDEX sessions_newest_of_team ON sessions (team, created_at DESC, id DESC);
CREATE INDEX sessions_open ON sessions (step, api_final, gone);
CREATE INDEX sessions_of ON sessions (collection, position);
CREATE INDEX leftovers_of ON leftovers (collection);
