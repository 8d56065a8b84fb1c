-- Accounts, as other tables may reference them: BLOB REFERENCES _user(id).
CREATE TABLE _user (
    id BLOB PRIMARY KEY NOT NULL DEFAULT (uuid_v4())
        CONSTRAINT "id: a UUID" CHECK (is_uuid(id)),
    -- An address that is known to be theirs.
    email TEXT COLLATE NOCASE UNIQUE
        CONSTRAINT "email: an address, or NULL" CHECK (email LIKE '%_@_%'),
    -- An address that is not known to be theirs yet. Until it is, they are given no tokens.
    unverified_email TEXT COLLATE NOCASE
        CONSTRAINT "unverified_email: an address, or NULL" CHECK (unverified_email LIKE '%_@_%'),
    username TEXT COLLATE NOCASE UNIQUE
        CONSTRAINT "username: not empty and without @" CHECK (username <> '' AND username NOT LIKE '%@%'),
    -- argon2 or bcrypt. NULL: no password opens this account.
    password_hash TEXT
        CONSTRAINT "password_hash: of argon2 or bcrypt, as text that begins with $" CHECK (password_hash LIKE '$%'),
    admin INTEGER NOT NULL DEFAULT 0
        CONSTRAINT "admin: 0 or 1" CHECK (admin IN (0, 1)),
    -- The secret of a second factor, in base32.
    totp_secret TEXT,
    created INTEGER NOT NULL DEFAULT (unixepoch()),
    updated INTEGER NOT NULL DEFAULT (unixepoch()),
    -- Where the account was made: 0 is here.
    provider_id INTEGER NOT NULL DEFAULT 0,
    provider_user_id TEXT,
    provider_avatar_url TEXT,
    -- For migrations that were written for an older form of this table, which insert it. What it says is moved into the
    -- columns above, and it is always NULL.
    verified INTEGER
        CONSTRAINT "verified: 0 or 1" CHECK (verified IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX _user_provider ON _user (provider_id, provider_user_id) WHERE provider_user_id IS NOT NULL;

CREATE TRIGGER _user_verified AFTER INSERT ON _user WHEN NEW.verified IS NOT NULL BEGIN
    UPDATE _user SET
        email = iif(NEW.verified, NEW.email, NULL),
        unverified_email = iif(NEW.verified, NEW.unverified_email, coalesce(NEW.unverified_email, NEW.email)),
        verified = NULL
    WHERE id = NEW.id;
END;

CREATE TRIGGER _user_verified_later BEFORE UPDATE OF verified ON _user WHEN NEW.verified IS NOT NULL BEGIN
    SELECT RAISE(ABORT, 'verified can only be inserted: an address that is verified stands in email, another one in unverified_email');
END;
