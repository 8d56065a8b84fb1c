//! Tests what rules become in a statement, and that none reaches out of its parentheses.

use guesthouse::sqlite::Value;
use proptest::prelude::*;

use super::*;
use crate::examples::notes;

fn compile(text: &str, operation: Operation) -> Result<Rule, String> {
    Rule::compile(text, operation, &notes().table, &["excluded"]).map_err(|mistake| mistake.to_string())
}

/// The rule in a statement that has the columns `text` and `stars` of the request as parameters 1 and 2.
fn pushed(text: &str, operation: Operation) -> (String, usize) {
    let api = notes();
    let mut sql = Sql::new("");
    let numbers: Vec<_> = ["text", "stars"]
        .into_iter()
        .map(|name| (api.table.position(name).unwrap(), sql.keep(Value::Null)))
        .collect();
    let requested = Requested {
        table: &api.table,
        numbers: &numbers,
    };
    let requested = operation.has_request().then_some(&requested);
    compile(text, operation)
        .unwrap()
        .push(&mut sql, &Caller::anonymous(), requested);
    let (text, parameters) = sql.into_parts();
    (text, parameters.len())
}

#[test]
fn text_stays_as_it_is() {
    for rule in [
        "1",
        "_ROW_.text = 'it''s _USER_.id' -- and so on",
        "EXISTS (SELECT 1 FROM _user AS u WHERE u.email = 'a@b' AND u.id = _ROW_.stars)",
    ] {
        assert_eq!(pushed(rule, Operation::Read), (format!("({rule}\n)"), 2));
    }
}

#[test]
fn the_caller_is_one_parameter_however_often_it_is_asked_for() {
    let (text, parameters) = pushed("_USER_.id = _ROW_.text OR _USER_ . \"ID\" IS NULL", Operation::Delete);
    assert_eq!((&*text, parameters), ("(?3 = _ROW_.text OR ?3 IS NULL\n)", 3));
}

#[test]
fn the_request_is_its_parameters_and_null_for_what_it_does_not_name() {
    let (text, _) = pushed(
        "_REQ_.text <> '' AND _REQ_.STARS > _ROW_.stars AND _REQ_.score IS NULL AND _REQ_.excluded IS NULL",
        Operation::Update,
    );
    assert_eq!(
        text,
        "(?1 <> '' AND ?2 > _ROW_.stars AND NULL IS NULL AND NULL IS NULL\n)"
    );
    let (text, _) = pushed(
        "'text' IN _REQ_FIELDS_ AND 'score' not in _REQ_FIELDS_",
        Operation::Create,
    );
    assert_eq!(
        text,
        "('text' IN ('text', 'stars') AND 'score' not in ('text', 'stars')\n)"
    );
}

#[track_caller]
fn assert_mistakes(operation: Operation, cases: &[(&str, &str)]) {
    for (rule, mistake) in cases {
        assert_eq!(compile(rule, operation), Err((*mistake).into()), "{rule}");
    }
}

#[test]
fn a_wrong_name_is_a_mistake_at_its_place() {
    assert_mistakes(
        Operation::Read,
        &[
            ("'ä' = _user_.id", "write _USER_ in capitals, at character 7"),
            ("_USER_.email = ''", "_USER_ has the column id alone, at character 1"),
            ("1 = _USER_", "_USER_ has the column id alone, at character 5"),
        ],
    );
    assert_mistakes(
        Operation::Update,
        &[
            ("1 + _REQ_.x", "no such column: _REQ_.x, at character 5"),
            (
                "'x' IN _REQ_FIELDS_",
                "no such column: 'x' IN _REQ_FIELDS_, at character 8",
            ),
            ("1 IN _REQ_FIELDS_", "write 'column' IN _REQ_FIELDS_, at character 6"),
        ],
    );
}

#[test]
fn a_name_that_the_operation_has_nothing_for_is_a_mistake() {
    for (rule, operation, mistake) in [
        (
            "_ROW_.id = 1",
            Operation::Create,
            "there is no _ROW_ in a create_access_rule, at character 1",
        ),
        (
            "_REQ_.id = 1",
            Operation::Delete,
            "there is no _REQ_ in a delete_access_rule, at character 1",
        ),
        (
            "_REQ_.id = 1",
            Operation::Read,
            "there is no _REQ_ in a read_access_rule, at character 1",
        ),
        (
            "_ROW_.id = 1",
            Operation::Schema,
            "there is no _ROW_ in a schema_access_rule, at character 1",
        ),
    ] {
        assert_mistakes(operation, &[(rule, mistake)]);
    }
}

#[test]
fn what_is_not_one_closed_expression_is_a_mistake() {
    assert_mistakes(
        Operation::Read,
        &[
            ("", "the rule is empty, at character 1"),
            (" -- 1", "the rule is empty, at character 1"),
            ("1) OR (1", "a closing parenthesis that nothing opens, at character 2"),
            ("((1)", "a parenthesis that is not closed, at character 1"),
            ("1; DROP TABLE notes", "a rule is one expression, at character 2"),
            (
                "1 /* and",
                "a string, quoted name or comment that does not end, at character 3",
            ),
            ("a = ?1", "a rule has no parameters of its own, at character 5"),
            ("$a", "a rule has no parameters of its own, at character 1"),
        ],
    );
}

/// Pieces that SQL text could be broken with.
fn fragment() -> impl Strategy<Value = String> {
    const PIECES: [&str; 28] = [
        "(",
        ")",
        "'",
        "\"",
        "`",
        "[",
        "]",
        "--",
        "/*",
        "*/",
        "\n",
        ";",
        "?1",
        "$a",
        ":a",
        " ",
        "1",
        "OR",
        "_USER_.id",
        "_REQ_.text",
        "'text' IN _REQ_FIELDS_",
        "_ROW_.id",
        "x",
        ".",
        "''",
        "\u{a0}",
        "ä",
        "\0",
    ];
    proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_rule_reaches_out_of_its_parentheses(rule in prop_oneof![fragment(), ".{0,40}"]) {
        let Ok(compiled) = compile(&rule, Operation::Update) else { return Ok(()) };
        let api = notes();
        let numbers = [(api.table.position("text").unwrap(), 1)];
        let mut sql = Sql::new("");
        compiled.push_with(&mut sql, 2, Some(&Requested { table: &api.table, numbers: &numbers }));
        let text = sql.into_text();
        let tokens = tokens::read(&text);
        let mut depth = 0_usize;
        for (index, token) in tokens.iter().enumerate() {
            match token.kind {
                Kind::Symbol('(') => depth += 1,
                Kind::Symbol(')') => depth -= 1,
                Kind::Symbol(';') | Kind::Unterminated => prop_assert!(false, "{text}"),
                _ => {}
            }
            prop_assert_eq!(depth == 0, index + 1 == tokens.len(), "{}", text);
        }
    }
}
