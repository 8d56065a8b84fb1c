-- What visitors left. The limits are those of src/signing.rs, so that they hold for whoever else writes here as well.
CREATE TABLE entry (
  id             INTEGER PRIMARY KEY,
  name           TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  message        TEXT NOT NULL CHECK (length(message) BETWEEN 1 AND 2000),
  homepage       TEXT CHECK (length(homepage) BETWEEN 1 AND 200),
  homepage_title TEXT CHECK (length(homepage_title) BETWEEN 1 AND 120),
  signed         INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;
