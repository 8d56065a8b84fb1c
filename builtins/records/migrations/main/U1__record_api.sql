-- Which tables have a record API, for whom. One row is one API; a table without a row has none.
-- The names of the constraints are what whoever writes a wrong row gets to read.
CREATE TABLE _record_api (
    -- The name in the URL.
    name TEXT PRIMARY KEY NOT NULL
        CONSTRAINT "name: only the letters A-Z and a-z, digits and _" CHECK (name <> '' AND name NOT GLOB '*[^A-Za-z0-9_]*'),
    -- A STRICT table whose key is one column: INTEGER, or BLOB with CHECK (is_uuid_v7(...)) or its like.
    table_name TEXT NOT NULL
        CONSTRAINT "table_name: must not be empty" CHECK (table_name <> ''),
    -- What a create does where the key exists already. NULL is ABORT.
    conflict_resolution TEXT
        CONSTRAINT "conflict_resolution: ABORT, IGNORE or REPLACE" CHECK (conflict_resolution IN ('ABORT', 'IGNORE', 'REPLACE')),
    -- 1: columns that reference _user(id) and are absent in a create are set to the caller.
    autofill_missing_user_id_columns INTEGER NOT NULL DEFAULT 0
        CONSTRAINT "autofill_missing_user_id_columns: 0 or 1" CHECK (autofill_missing_user_id_columns IN (0, 1)),
    -- 1: changes can be listened to.
    enable_subscriptions INTEGER NOT NULL DEFAULT 0
        CONSTRAINT "enable_subscriptions: 0 or 1" CHECK (enable_subscriptions IN (0, 1)),
    -- What everybody may do, such as 'CREATE,READ'. NULL is nothing.
    acl_world TEXT
        CONSTRAINT "acl_world: a comma list of CREATE, READ, UPDATE, DELETE, SCHEMA" CHECK (
            acl_world NOT GLOB '*[^A-Z, ]*'
            AND trim(replace(replace(replace(replace(replace(',' || replace(acl_world, ' ', ''),
                ',CREATE', ';'), ',READ', ';'), ',UPDATE', ';'), ',DELETE', ';'), ',SCHEMA', ';'), ';') = ''),
    -- What those who are signed in may do beyond that.
    acl_authenticated TEXT
        CONSTRAINT "acl_authenticated: a comma list of CREATE, READ, UPDATE, DELETE, SCHEMA" CHECK (
            acl_authenticated NOT GLOB '*[^A-Z, ]*'
            AND trim(replace(replace(replace(replace(replace(',' || replace(acl_authenticated, ' ', ''),
                ',CREATE', ';'), ',READ', ';'), ',UPDATE', ';'), ',DELETE', ';'), ',SCHEMA', ';'), ';') = ''),
    -- A comma list of columns that the API does not know. Not the key; each nullable or with a default.
    excluded_columns TEXT
        CONSTRAINT "excluded_columns: a comma list, or NULL" CHECK (excluded_columns <> ''),
    -- SQL expressions that must be true beside the lists above. NULL is no further rule.
    create_access_rule TEXT
        CONSTRAINT "create_access_rule: an expression, or NULL" CHECK (trim(create_access_rule) <> ''),
    read_access_rule TEXT
        CONSTRAINT "read_access_rule: an expression, or NULL" CHECK (trim(read_access_rule) <> ''),
    update_access_rule TEXT
        CONSTRAINT "update_access_rule: an expression, or NULL" CHECK (trim(update_access_rule) <> ''),
    delete_access_rule TEXT
        CONSTRAINT "delete_access_rule: an expression, or NULL" CHECK (trim(delete_access_rule) <> ''),
    schema_access_rule TEXT
        CONSTRAINT "schema_access_rule: an expression, or NULL" CHECK (trim(schema_access_rule) <> ''),
    -- A comma list of foreign key columns that answers can carry the rows of.
    expand TEXT
        CONSTRAINT "expand: a comma list, or NULL" CHECK (expand <> ''),
    -- How many records one list may ask for. NULL is 1024.
    listing_hard_limit INTEGER
        CONSTRAINT "listing_hard_limit: more than 0" CHECK (listing_hard_limit > 0)
) STRICT;
