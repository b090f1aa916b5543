-- Second factors, and what people see of their own sign-ins.

-- When its owner last showed who they are.
ALTER TABLE logins ADD COLUMN proved_at INTEGER NOT NULL DEFAULT 0;
-- What the browser calls itself, in plain words, and where it was then.
ALTER TABLE logins ADD COLUMN browser   TEXT    NOT NULL DEFAULT '';
ALTER TABLE logins ADD COLUMN address   TEXT    NOT NULL DEFAULT '';
UPDATE logins SET proved_at = created_at;

CREATE TABLE factors (
    staff        BLOB    NOT NULL PRIMARY KEY REFERENCES staff (id) ON DELETE CASCADE,
    -- The shared secret, sealed with the key in the data folder.
    secret       BLOB    NOT NULL,
    -- Null until a first code was right: only then it counts.
    confirmed_at INTEGER,
    -- The step of the last code that was taken; no code of this or an earlier step is.
    last_step    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE recovery_codes (
    staff     BLOB NOT NULL REFERENCES factors (staff) ON DELETE CASCADE,
    -- SHA-256 of the code. It has 120 bits, so that nobody guesses it from this.
    code_hash BLOB NOT NULL,
    PRIMARY KEY (staff, code_hash)
) STRICT;
