-- Who may work at the desk, and which browsers are signed in.
-- Moments are milliseconds since 1970-01-01T00:00:00Z; ids are UUIDs (version 7) as 16 bytes.

CREATE TABLE staff (
    id            BLOB    NOT NULL PRIMARY KEY,
    -- As it is compared: NFKC, lower case.
    username      TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    -- A PHC string, so that it says itself how it was made.
    password_hash TEXT    NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE logins (
    -- SHA-256 of the cookie's value. The value itself is nowhere but in the browser.
    token_hash BLOB    NOT NULL PRIMARY KEY,
    staff_id   BLOB    NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    -- The last request that a person made, within a minute.
    active_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX logins_of_staff ON logins (staff_id);
