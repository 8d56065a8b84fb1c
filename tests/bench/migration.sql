-- The table of the benchmark, the index that serves its list (filter and order), and its record API, open to everybody.
CREATE TABLE bench_item (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    age     INTEGER NOT NULL,
    score   REAL NOT NULL,
    note    TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE INDEX bench_item_age_created ON bench_item (age, created);

INSERT INTO _record_api (name, table_name, acl_world)
VALUES ('bench_item', 'bench_item', 'CREATE,READ,UPDATE,DELETE,SCHEMA');
