-- One row for each key: `token` is what the caller sends, `caller` who it then is.
CREATE TABLE api_key (
    token TEXT PRIMARY KEY NOT NULL,
    caller BLOB NOT NULL,
    -- Comma list.
    roles TEXT NOT NULL DEFAULT '',
    -- With it the key counts in the cookie `api_key` as well, and requests that change something have to repeat it.
    request_token TEXT,
    -- Seconds since 1970.
    expires INTEGER,
    -- Goes out as the claim `email`.
    email TEXT
) STRICT;
