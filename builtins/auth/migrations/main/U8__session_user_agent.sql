-- What the client said that it is when the session began, for its owner to recognise.
ALTER TABLE _session ADD COLUMN user_agent TEXT;
