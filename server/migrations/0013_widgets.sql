-- Widgets: what pages of others may show of a team's sessions, and on which origins.

CREATE TABLE widgets (
    id         BLOB    NOT NULL PRIMARY KEY,
    -- What addresses call it: `wid_` and 22 random characters.
    public_id  TEXT    NOT NULL UNIQUE,
    name       TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    theme      TEXT    NOT NULL,
    team       BLOB    NOT NULL REFERENCES teams (id),
    -- One exact origin on each line.
    origins    TEXT    NOT NULL,
    -- What beside the state may be shown, apart by spaces.
    fields     TEXT    NOT NULL,
    -- The standing that its own view of sessions is narrowed to.
    standing   TEXT,
    created_at INTEGER NOT NULL,
    -- The last time that something was shown, within a minute.
    used_at    INTEGER,
    revoked_at INTEGER
) STRICT;

-- Tokens that were taken back before their time was over.
CREATE TABLE revoked_tokens (
    id         BLOB    NOT NULL PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;

-- How far events got with one session.
CREATE INDEX events_of_widget_sessions ON events (session, seq);
