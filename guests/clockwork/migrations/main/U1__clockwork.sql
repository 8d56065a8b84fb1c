-- One row for each time that the worker began.
CREATE TABLE clockwork_run (
    id INTEGER PRIMARY KEY,
    -- How many had begun then and not ended well.
    open INTEGER NOT NULL,
    -- How it ended, where it could say so.
    ended TEXT
) STRICT;

-- What it is to do next.
CREATE TABLE clockwork_task (task TEXT NOT NULL) STRICT;
