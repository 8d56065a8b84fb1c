INSERT INTO _user (id, email) VALUES (x'0b5e7a110b5e4a118b5e7a110b5e7a11', 'owner@localhost');

-- The table of the benchmark, the index that serves its list (filter and order), and its record API, open to everybody.
CREATE TABLE bench_item (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    age     INTEGER NOT NULL,
    score   REAL NOT NULL,
    note    TEXT NOT NULL,
    created INTEGER NOT NULL,
    -- What the rule below compares. Neither API shows it.
    owner   BLOB NOT NULL DEFAULT x'0b5e7a110b5e4a118b5e7a110b5e7a11'
) STRICT;

CREATE INDEX bench_item_age_created ON bench_item (age, created);

INSERT INTO _record_api (name, table_name, excluded_columns, acl_world, enable_subscriptions)
VALUES ('bench_item', 'bench_item', 'owner', 'CREATE,READ,UPDATE,DELETE,SCHEMA', 1);

-- The same rows, each for its owner alone.
INSERT INTO _record_api (name, table_name, excluded_columns, acl_authenticated, read_access_rule)
VALUES ('bench_owned', 'bench_item', 'owner', 'READ', '_ROW_.owner = _USER_.id');
