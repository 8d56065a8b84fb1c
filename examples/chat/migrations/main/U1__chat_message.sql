-- What was said. The limits are those of src/visit.rs, so that they hold for whoever else writes here as well.
CREATE TABLE chat_message (
  -- Never given twice: browsers say by this number how far they have read.
  id   INTEGER PRIMARY KEY AUTOINCREMENT,
  room TEXT NOT NULL CHECK (length(room) BETWEEN 1 AND 40),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
  text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 1000),
  sent INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;

CREATE INDEX chat_message_of_room ON chat_message (room, id);
