-- People who sign in at OpenID providers.

-- Who somebody is: what an issuer says, and nothing else. Mail addresses are no part of it.
CREATE TABLE identities (
    issuer  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    staff   BLOB    NOT NULL UNIQUE REFERENCES staff (id) ON DELETE CASCADE,
    -- The last sign-in.
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT;

-- Sign-ins that began here and go on at a provider. Each is used once.
CREATE TABLE provider_trips (
    -- SHA-256 of the state. The state itself is in the provider's answer alone.
    state_hash  BLOB    NOT NULL PRIMARY KEY,
    -- SHA-256 of the cookie of the browser that began it.
    cookie_hash BLOB    NOT NULL,
    provider    TEXT    NOT NULL,
    nonce       TEXT    NOT NULL,
    -- What the code is worth nothing without (PKCE).
    verifier    TEXT    NOT NULL,
    return_to   TEXT    NOT NULL,
    -- The sign-in that the browser had when it began; it ends with the new one.
    previous    BLOB,
    -- Whether the same person was asked to sign in once more.
    again       INTEGER NOT NULL CHECK (again IN (0, 1)),
    begun_at    INTEGER NOT NULL
) STRICT;

-- What the provider said of a sign-in here.
CREATE TABLE provider_logins (
    token_hash BLOB    NOT NULL PRIMARY KEY REFERENCES logins (token_hash)
                        ON UPDATE CASCADE ON DELETE CASCADE,
    provider   TEXT    NOT NULL,
    issuer     TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    -- The provider's own session.
    sid        TEXT,
    -- When the person proved to the provider who they are, and how.
    auth_time  INTEGER,
    acr        TEXT
) STRICT;

CREATE INDEX provider_logins_of_subject ON provider_logins (issuer, subject);

-- Notices of sign-outs that were taken, so that none is taken twice.
CREATE TABLE logout_notices (
    issuer     TEXT    NOT NULL,
    jti        TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, jti)
) STRICT;
