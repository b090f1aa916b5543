-- Links by which people choose their password. An account whose owner has not
-- chosen one yet has the empty text for its password's hash, which no password has.

CREATE TABLE invitations (
    -- SHA-256 of the link's token.
    token_hash BLOB    NOT NULL PRIMARY KEY,
    -- One at a time.
    staff      BLOB    NOT NULL UNIQUE REFERENCES staff (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT;
