-- Passkeys: the public halves of keys that authenticators keep for people.
CREATE TABLE _passkey (
    -- As the authenticator named it.
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) BETWEEN 16 AND 1023),
    user BLOB NOT NULL REFERENCES _user(id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> ''),
    -- The key with its kind, and what it was made with: as the library writes it.
    public_key BLOB NOT NULL,
    -- How often it was used, where the authenticator counts; 0 where it does not. It never goes back.
    sign_count INTEGER NOT NULL CHECK (sign_count >= 0),
    -- 0: it never leaves the authenticator; 1: it may be copied to others; 2: it has been.
    backup INTEGER NOT NULL CHECK (backup IN (0, 1, 2)),
    -- How the browser reaches the authenticator, a bit for each way.
    transports INTEGER NOT NULL CHECK (transports BETWEEN 0 AND 255),
    created INTEGER NOT NULL,
    -- NULL: not used yet.
    last_used INTEGER
) STRICT;

CREATE INDEX _passkey_user ON _passkey (user, created);

-- Challenges that authenticators are to sign, each good for one answer within a short time. They are no secrets: a signature is
-- worth something by the key that it was made with. The rows stay in the order in which they came, the oldest first.
CREATE TABLE _passkey_challenge (
    number INTEGER PRIMARY KEY,
    challenge BLOB NOT NULL UNIQUE CHECK (length(challenge) = 16),
    -- Whose new passkey it is for; NULL: it is for signing in.
    user BLOB REFERENCES _user(id) ON DELETE CASCADE,
    -- What was asked of the authenticator: as the library writes it.
    state BLOB NOT NULL,
    expires INTEGER NOT NULL
) STRICT;

CREATE INDEX _passkey_challenge_user ON _passkey_challenge (user) WHERE user IS NOT NULL;
CREATE INDEX _passkey_challenge_expires ON _passkey_challenge (expires);
