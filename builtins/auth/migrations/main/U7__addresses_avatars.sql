-- Where requests came from lately. A row is gone a second after the last request of its address, or later by as many seconds as
-- there were requests at once.
CREATE TABLE _auth_address (
    -- 4 bytes of IPv4, or the first 8 of IPv6: what one household or one machine has.
    address BLOB PRIMARY KEY NOT NULL CHECK (length(address) IN (4, 8)),
    -- Milliseconds since 1970 when all requests will have been made up for, at one a second.
    quiet INTEGER NOT NULL
) STRICT;

CREATE INDEX _auth_address_quiet ON _auth_address (quiet);

-- What people look like.
CREATE TABLE _user_avatar (
    user BLOB PRIMARY KEY NOT NULL REFERENCES _user(id) ON DELETE CASCADE,
    file BLOB NOT NULL
        CONSTRAINT "file: at most 512 KiB" CHECK (length(file) BETWEEN 1 AND 524288),
    type TEXT NOT NULL
        CONSTRAINT "type: image/png or image/jpeg" CHECK (type IN ('image/png', 'image/jpeg')),
    -- SHA-256 of the file, by which browsers know that it is still the same.
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    updated INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;
