-- Who is signed in where. Deleting a row ends the session within a second.
CREATE TABLE _session (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    user BLOB NOT NULL REFERENCES _user(id) ON DELETE CASCADE,
    -- SHA-256 of the refresh token, which nobody but its owner has.
    refresh_token_hash BLOB NOT NULL UNIQUE CHECK (length(refresh_token_hash) = 32),
    -- 1: opened with a second factor.
    mfa INTEGER NOT NULL DEFAULT 0 CHECK (mfa IN (0, 1)),
    -- 1: its cookies are sent over https alone.
    is_secure INTEGER NOT NULL DEFAULT 0 CHECK (is_secure IN (0, 1)),
    created INTEGER NOT NULL,
    -- NULL is never.
    expires INTEGER
) STRICT;

CREATE INDEX _session_user ON _session (user, created);

-- Codes that are good for one use within a short time. Only their SHA-256 is kept.
CREATE TABLE _auth_code (
    hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
    -- What it is good for.
    purpose TEXT NOT NULL,
    user BLOB NOT NULL REFERENCES _user(id) ON DELETE CASCADE,
    -- What else was said when it was given out: a PKCE challenge, a new address.
    detail TEXT,
    -- 1: given out after a second factor.
    mfa INTEGER NOT NULL DEFAULT 0 CHECK (mfa IN (0, 1)),
    expires INTEGER NOT NULL
) STRICT;

CREATE INDEX _auth_code_user ON _auth_code (user, purpose);
CREATE INDEX _auth_code_expires ON _auth_code (expires);

-- How often something was tried that may be tried only so often, such as a password of one account.
CREATE TABLE _auth_attempt (
    -- SHA-256 of what and whose.
    key BLOB PRIMARY KEY NOT NULL CHECK (length(key) = 32),
    count INTEGER NOT NULL,
    -- When counting begins anew.
    ends INTEGER NOT NULL
) STRICT;

CREATE INDEX _auth_attempt_ends ON _auth_attempt (ends);

-- The last code of a second factor that was taken, by the half minute that it is of: each is good once.
CREATE TABLE _totp_use (
    user BLOB PRIMARY KEY NOT NULL REFERENCES _user(id) ON DELETE CASCADE,
    step INTEGER NOT NULL
) STRICT;
