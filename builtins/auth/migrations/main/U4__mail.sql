-- Who has registered and has yet to show that their address is theirs: they are forgotten after a while, with their account.
CREATE TABLE _registration (
    user BLOB PRIMARY KEY NOT NULL REFERENCES _user(id) ON DELETE CASCADE,
    created INTEGER NOT NULL
) STRICT;

CREATE INDEX _registration_created ON _registration (created);
CREATE INDEX _user_unverified_email ON _user (unverified_email) WHERE unverified_email IS NOT NULL;

-- What mail says, where it is to say something else than what is built in. An INSERT of one that is there replaces it.
-- Both are templates: {{ CODE }} and the like stand for what differs from letter to letter.
CREATE TABLE _auth_mail (
    name TEXT PRIMARY KEY ON CONFLICT REPLACE NOT NULL
        CONSTRAINT "name: there is no such mail" CHECK (name IN ('user_verification', 'password_reset', 'change_email', 'otp')),
    subject TEXT NOT NULL CONSTRAINT "subject: from 1 to 500 characters" CHECK (length(subject) BETWEEN 1 AND 500),
    body TEXT NOT NULL CONSTRAINT "body: from 1 to 50000 characters" CHECK (length(body) BETWEEN 1 AND 50000)
) STRICT;

-- However it was shown: by the link in a mail, by the operator, by another provider.
CREATE TRIGGER _registration_done AFTER UPDATE OF email ON _user WHEN NEW.email IS NOT NULL BEGIN
    DELETE FROM _registration WHERE user = NEW.id;
END;
