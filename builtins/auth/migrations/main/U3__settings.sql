-- Settings, a row each. An INSERT of one that is there replaces it; one that is missing has its default, which is what stands here.
CREATE TABLE _auth_setting (
    name TEXT PRIMARY KEY ON CONFLICT REPLACE NOT NULL
        CONSTRAINT "name: there is no such setting" CHECK (name IN (
            'auth_token_ttl_sec', 'refresh_token_ttl_sec', 'anonymous_refresh_token_ttl_sec',
            'disable_password_auth', 'enable_anonymous_signin', 'password_minimal_length',
            'enable_otp_signin', 'disable_registration', 'user_identifier', 'application_name',
            'password_must_contain_upper_and_lower_case', 'password_must_contain_digits',
            'password_must_contain_special_characters', 'custom_uri_schemes', 'redirect_uri_allowlist',
            'passkey_rp_id', 'passkey_origins', 'auth_ip_rate_limit')),
    value ANY,
    CONSTRAINT "auth_token_ttl_sec: seconds, from 70 to 86400"
        CHECK (name <> 'auth_token_ttl_sec' OR (typeof(value) = 'integer' AND value BETWEEN 70 AND 86400)),
    CONSTRAINT "refresh_token_ttl_sec: seconds, at most ten years; negative is for ever"
        CHECK (name NOT IN ('refresh_token_ttl_sec', 'anonymous_refresh_token_ttl_sec')
            OR (typeof(value) = 'integer' AND value <> 0 AND value <= 315360000)),
    CONSTRAINT "auth_ip_rate_limit: requests, from 1 to 100000; 0 is no limit"
        CHECK (name <> 'auth_ip_rate_limit' OR (typeof(value) = 'integer' AND value BETWEEN 0 AND 100000)),
    CONSTRAINT "password_minimal_length: from 1 to 128"
        CHECK (name <> 'password_minimal_length' OR (typeof(value) = 'integer' AND value BETWEEN 1 AND 128)),
    CONSTRAINT "a setting that is on or off is 1 or 0"
        CHECK (name NOT IN ('disable_password_auth', 'enable_anonymous_signin', 'password_must_contain_upper_and_lower_case',
            'enable_otp_signin', 'disable_registration',
            'password_must_contain_digits', 'password_must_contain_special_characters')
            OR (typeof(value) = 'integer' AND value IN (0, 1))),
    CONSTRAINT "user_identifier: ONLY_EMAIL, ONLY_USERNAME, REQUIRE_EMAIL, REQUIRE_USERNAME or REQUIRE_EMAIL_AND_USERNAME"
        CHECK (name <> 'user_identifier' OR value IN
            ('ONLY_EMAIL', 'ONLY_USERNAME', 'REQUIRE_EMAIL', 'REQUIRE_USERNAME', 'REQUIRE_EMAIL_AND_USERNAME')),
    CONSTRAINT "application_name: from 1 to 100 characters in one line"
        CHECK (name <> 'application_name' OR (typeof(value) = 'text' AND length(value) BETWEEN 1 AND 100
            AND instr(value, char(10)) = 0 AND instr(value, char(13)) = 0)),
    CONSTRAINT "passkey_rp_id: a host, such as example.org"
        CHECK (name <> 'passkey_rp_id' OR (typeof(value) = 'text' AND value NOT GLOB '*[^-a-z0-9.]*')),
    CONSTRAINT "passkey_origins: origins as browsers write them, such as https://app.example.org, with commas between them"
        CHECK (name <> 'passkey_origins' OR (typeof(value) = 'text' AND (value = '' OR value LIKE '%_:_%'))),
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
    -- 1: whoever can read an account's mail can sign in, by a code that is sent there.
    ('enable_otp_signin', 0),
    -- 1: accounts are made by the operator alone.
    ('disable_registration', 0),
    -- What accounts are known by: ONLY_EMAIL, ONLY_USERNAME, REQUIRE_EMAIL (a name is optional), REQUIRE_USERNAME (an address is
    -- optional), REQUIRE_EMAIL_AND_USERNAME.
    ('user_identifier', 'ONLY_EMAIL'),
    -- What mail calls this server.
    ('application_name', 'Guesthouse'),
    ('password_minimal_length', 8),
    ('password_must_contain_upper_and_lower_case', 0),
    ('password_must_contain_digits', 0),
    ('password_must_contain_special_characters', 0),
    -- Where people may be sent after signing in, beside this server itself: schemes of apps, such as 'my-app', and whole URLs.
    ('custom_uri_schemes', ''),
    ('redirect_uri_allowlist', ''),
    -- The host that passkeys are made for, if not that of this server but one above it, and pages elsewhere that may use them.
    ('passkey_rp_id', ''),
    ('passkey_origins', ''),
    -- How many requests that change something may come from one address at once; then one a second. 0: as many as like.
    ('auth_ip_rate_limit', 100);
