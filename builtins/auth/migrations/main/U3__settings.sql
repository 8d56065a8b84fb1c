-- Settings, a row each. An INSERT of one that is there replaces it; one that is missing has its default, which is what stands here.
CREATE TABLE _auth_setting (
    name TEXT PRIMARY KEY ON CONFLICT REPLACE NOT NULL
        CONSTRAINT "name: there is no such setting" CHECK (name IN (
            'auth_token_ttl_sec', 'refresh_token_ttl_sec', 'anonymous_refresh_token_ttl_sec',
            'disable_password_auth', 'enable_anonymous_signin', 'password_minimal_length',
            'password_must_contain_upper_and_lower_case', 'password_must_contain_digits',
            'password_must_contain_special_characters', 'custom_uri_schemes', 'redirect_uri_allowlist')),
    value ANY,
    CONSTRAINT "auth_token_ttl_sec: seconds, from 70 to 86400"
        CHECK (name <> 'auth_token_ttl_sec' OR (typeof(value) = 'integer' AND value BETWEEN 70 AND 86400)),
    CONSTRAINT "refresh_token_ttl_sec: seconds, at most ten years; negative is for ever"
        CHECK (name NOT IN ('refresh_token_ttl_sec', 'anonymous_refresh_token_ttl_sec')
            OR (typeof(value) = 'integer' AND value <> 0 AND value <= 315360000)),
    CONSTRAINT "password_minimal_length: from 1 to 128"
        CHECK (name <> 'password_minimal_length' OR (typeof(value) = 'integer' AND value BETWEEN 1 AND 128)),
    CONSTRAINT "a setting that is on or off is 1 or 0"
        CHECK (name NOT IN ('disable_password_auth', 'enable_anonymous_signin', 'password_must_contain_upper_and_lower_case',
            'password_must_contain_digits', 'password_must_contain_special_characters')
            OR (typeof(value) = 'integer' AND value IN (0, 1))),
    CONSTRAINT "a list is text, its entries with commas between them"
        CHECK (name NOT IN ('custom_uri_schemes', 'redirect_uri_allowlist') OR typeof(value) = 'text')
) STRICT;

INSERT INTO _auth_setting (name, value) VALUES
    -- How long an auth token is good for. Clients renew one that has less than a minute left.
    ('auth_token_ttl_sec', 3600),
    -- How long a session lasts, and one without a password.
    ('refresh_token_ttl_sec', 2592000),
    ('anonymous_refresh_token_ttl_sec', 7776000),
    -- 1: nobody signs in by a password.
    ('disable_password_auth', 0),
    -- 1: whoever comes gets an account without a name.
    ('enable_anonymous_signin', 0),
    ('password_minimal_length', 8),
    ('password_must_contain_upper_and_lower_case', 0),
    ('password_must_contain_digits', 0),
    ('password_must_contain_special_characters', 0),
    -- Where people may be sent after signing in, beside this server itself: schemes of apps, such as 'my-app', and whole URLs.
    ('custom_uri_schemes', ''),
    ('redirect_uri_allowlist', '');
