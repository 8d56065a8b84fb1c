-- What is wrong with the rows of _record_api, as far as the database can tell, and triggers that refuse such a row. Where
-- the table of an API does not exist (yet) nothing is known to be wrong.
--
-- A rule is compiled over the table that it will stand beside. Its own names are written so that they compile there, each
-- as long as it was, so that places in the text stay: _USER_.id and _REQ_FIELDS_ as values, _ROW_ and _REQ_ as aliases that
-- nobody writes, because to the database names are alike in any case, but not in a rule. With the table there twice, a
-- column without its _ROW_ or _REQ_ is ambiguous.
CREATE VIEW _record_api_mistake (name, option, mistake) AS
WITH
    api AS (
        SELECT *, '"' || replace(table_name, '"', '""') || '"' AS identifier FROM _record_api
        WHERE expression_error('1', '"' || replace(table_name, '"', '""') || '"') IS NULL
    ),
    rule (name, identifier, option, text, has_row, has_request) AS (
        SELECT name, identifier, 'create_access_rule', create_access_rule, 0, 1 FROM api
        UNION ALL SELECT name, identifier, 'read_access_rule', read_access_rule, 1, 0 FROM api
        UNION ALL SELECT name, identifier, 'update_access_rule', update_access_rule, 1, 1 FROM api
        UNION ALL SELECT name, identifier, 'delete_access_rule', delete_access_rule, 1, 0 FROM api
        UNION ALL SELECT name, identifier, 'schema_access_rule', schema_access_rule, 0, 0 FROM api
    ),
    compiled (name, option, error) AS (
        SELECT name, option, expression_error(
            replace(replace(replace(
                CASE WHEN has_request THEN replace(text, '_REQ_FIELDS_', '(NULL)      ') ELSE text END,
                '_USER_.id', 'NULL     '), '_ROW_', 'ROW__'), '_REQ_', 'REQ__'),
            CASE
                WHEN has_row AND has_request THEN identifier || ' AS ROW__, ' || identifier || ' AS REQ__'
                WHEN has_row THEN identifier || ' AS ROW__, ' || identifier || ' AS OTHER__'
                WHEN has_request THEN identifier || ' AS REQ__, ' || identifier || ' AS OTHER__'
                ELSE ''
            END)
        FROM rule
    ),
    -- Every place of _REQ_FIELDS_ in a rule.
    mention (name, identifier, option, text, place) AS (
        SELECT name, identifier, option, text, instr(text, '_REQ_FIELDS_') FROM rule WHERE has_request
        UNION ALL
        SELECT name, identifier, option, text, place + 11 + nullif(instr(substr(text, place + 12), '_REQ_FIELDS_'), 0)
        FROM mention WHERE place > 0
    ),
    -- The text before it, and that text up to its last quote.
    operand (name, identifier, option, place, before, quoted) AS (
        SELECT name, identifier, option, place, substr(text, 1, place - 1),
            rtrim(substr(text, 1, place - 1), replace(substr(text, 1, place - 1), '''', ''))
        FROM mention WHERE place > 0
    ),
    -- The name between the last two quotes; NULL where it is not such a name that is looked for.
    field (name, identifier, option, place, field) AS (
        SELECT name, identifier, option, place, CASE WHEN before REGEXP '''[^'']*''\s*(?i:NOT\s+)?(?i:IN)\s+$'
            THEN replace(substr(quoted, length(rtrim(rtrim(quoted, ''''), replace(quoted, '''', ''))) + 1), '''', '') END
        FROM operand
    ),
    list (name, identifier, option, text) AS (
        SELECT name, identifier, 'excluded_columns', excluded_columns FROM api
        UNION ALL SELECT name, identifier, 'expand', expand FROM api
    )
SELECT name, option, replace(replace(replace(error,
        'ambiguous column name: ', 'write _ROW_ or _REQ_ before the column '), 'ROW__', '_ROW_'), 'REQ__', '_REQ_')
    FROM compiled WHERE error IS NOT NULL
UNION ALL
SELECT name, option, 'write ''column'' IN _REQ_FIELDS_, at character ' || place FROM field WHERE field IS NULL
UNION ALL
SELECT name, option, 'no such column: ''' || field || ''' IN _REQ_FIELDS_, at character ' || place
    FROM field WHERE expression_error('"' || replace(field, '"', '""') || '"', identifier) IS NOT NULL
UNION ALL
SELECT name, option, 'it names a column that the table does not have: ' || text
    FROM list WHERE expression_error('coalesce(1, "' || replace(replace(text, ' ', ''), ',', '", "') || '")', identifier) IS NOT NULL;

CREATE TRIGGER _record_api_insert AFTER INSERT ON _record_api
BEGIN
    SELECT RAISE(ABORT, '_record_api: ' || option || ' of ' || name || ': ' || mistake)
    FROM _record_api_mistake WHERE name = NEW.name;
END;

CREATE TRIGGER _record_api_update AFTER UPDATE ON _record_api
BEGIN
    SELECT RAISE(ABORT, '_record_api: ' || option || ' of ' || name || ': ' || mistake)
    FROM _record_api_mistake WHERE name = NEW.name;
END;
