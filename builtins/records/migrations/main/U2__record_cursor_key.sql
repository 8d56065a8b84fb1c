-- The key that cursors of lists are signed with, so that a client cannot make one up. One row, drawn once per database.
CREATE TABLE _record_cursor_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;

INSERT INTO _record_cursor_key (id, key) VALUES (1, randomblob(32));
