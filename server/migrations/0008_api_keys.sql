-- Keys by which programs ask: each for one team, with one role, for a time.

CREATE TABLE api_keys (
    id         BLOB    NOT NULL PRIMARY KEY,
    -- SHA-256 of the key. The key itself is nowhere but where it is used.
    hash       BLOB    NOT NULL UNIQUE,
    -- Its first characters, to tell keys apart.
    hint       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    team       BLOB    NOT NULL REFERENCES teams (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- The last request that came with it, within a minute.
    used_at    INTEGER,
    revoked_at INTEGER
) STRICT;
