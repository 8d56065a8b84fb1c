-- Servers by which people may sign in, a row each. An INSERT of one that is there replaces it. What providers that are known
-- leave NULL is what everybody has there. The secret of the client is no column: it is the secret OAUTH_<NAME>_CLIENT_SECRET.
CREATE TABLE _oauth_provider (
    name TEXT PRIMARY KEY ON CONFLICT REPLACE NOT NULL
        CONSTRAINT "name: apple, discord, facebook, github, gitlab, google, microsoft, twitch, x, yandex, or oidc0 to oidc3 for any other"
        CHECK (name IN ('apple', 'discord', 'facebook', 'github', 'gitlab', 'google', 'microsoft', 'twitch', 'x', 'yandex',
            'oidc0', 'oidc1', 'oidc2', 'oidc3')),
    client_id TEXT NOT NULL
        CONSTRAINT "client_id: what the provider calls this server" CHECK (client_id <> ''),
    -- What people read on the button.
    display_name TEXT
        CONSTRAINT "display_name: not empty, or NULL" CHECK (display_name <> ''),
    -- An OpenID Connect server, whose document at <issuer>/.well-known/openid-configuration says everything else.
    issuer TEXT
        CONSTRAINT "issuer: an https URL (http within a machine), without ? and #" CHECK (issuer GLOB 'http*://?*' AND issuer NOT GLOB '*[?#]*'),
    -- A server that speaks OAuth 2 alone, or another address of a known one.
    auth_url TEXT
        CONSTRAINT "auth_url: an https URL" CHECK (auth_url GLOB 'http*://?*'),
    token_url TEXT
        CONSTRAINT "token_url: an https URL" CHECK (token_url GLOB 'http*://?*'),
    user_api_url TEXT
        CONSTRAINT "user_api_url: an https URL" CHECK (user_api_url GLOB 'http*://?*'),
    -- With blanks between them.
    scopes TEXT
        CONSTRAINT "scopes: not empty, or NULL" CHECK (scopes <> ''),
    -- Apple's names of the team and of the key whose file is the client secret.
    team_id TEXT,
    key_id TEXT,
    CONSTRAINT "auth_url, token_url and user_api_url: all three, or none; none beside an issuer"
        CHECK ((auth_url IS NULL) = (token_url IS NULL) AND (auth_url IS NULL) = (user_api_url IS NULL)
            AND (issuer IS NULL OR auth_url IS NULL)),
    CONSTRAINT "oidc0 to oidc3 need an issuer, or else auth_url, token_url and user_api_url"
        CHECK (name NOT GLOB 'oidc*' OR issuer IS NOT NULL OR auth_url IS NOT NULL),
    CONSTRAINT "issuer: discord, facebook, github, x and yandex have none"
        CHECK (issuer IS NULL OR name NOT IN ('discord', 'facebook', 'github', 'x', 'yandex')),
    CONSTRAINT "apple needs team_id and key_id, and no other has them"
        CHECK ((name = 'apple') = (coalesce(team_id, '') <> '') AND (name = 'apple') = (coalesce(key_id, '') <> ''))
) STRICT;

-- Who somebody is at a provider, and the account here that is theirs. An account has one identity at each provider.
CREATE TABLE _oauth_link (
    provider_id INTEGER NOT NULL,
    provider_user_id TEXT NOT NULL CHECK (provider_user_id <> ''),
    user BLOB NOT NULL REFERENCES _user(id) ON DELETE CASCADE,
    created INTEGER NOT NULL DEFAULT (unixepoch()),
    PRIMARY KEY (provider_id, provider_user_id)
) STRICT;

CREATE UNIQUE INDEX _oauth_link_user ON _oauth_link (user, provider_id);

-- Accounts that were made by a provider are its from the beginning, those too that a migration brings along.
CREATE TRIGGER _oauth_link_of_user AFTER INSERT ON _user WHEN NEW.provider_user_id IS NOT NULL BEGIN
    INSERT INTO _oauth_link (provider_id, provider_user_id, user) VALUES (NEW.provider_id, NEW.provider_user_id, NEW.id);
END;
