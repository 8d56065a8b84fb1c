//! Tests what requests of several operations mean.

use record_api::examples::notes;

use super::*;

fn shape(body: &str) -> Result<String, Error> {
    let parsed = parse(body.as_bytes())?;
    let operations = parsed
        .operations
        .ok_or(Error::BatchTooLarge(limits::TRANSACTION_OPERATIONS_MAX))?;
    let names: Vec<&str> = operations.iter().map(Requested::api_name).collect();
    Ok(format!("{names:?} {:?}", parsed.transaction))
}

fn prepared(operation: &str) -> Result<Outcome, Error> {
    let operation: Requested<'_> = serde_json::from_str(operation).unwrap();
    let api = notes();
    operation.write(&api, &Caller::anonymous())?;
    Ok(operation.outcome(Some(Key::Integer(9))))
}

#[test]
fn operations_are_read() {
    assert_eq!(shape(r#"{"operations": []}"#).unwrap(), "[] None");
    let body = r#"{"operations": [{"Create": {"api_name": "a", "value": {}}},
        {"Update": {"api_name": "b", "record_id": 7, "value": {"x": [1]}, "more": 1}},
        {"Delete": {"api_name": "c", "record_id": "7"}}], "transaction": true, "more": {}}"#;
    assert_eq!(shape(body).unwrap(), r#"["a", "b", "c"] Some(true)"#);
    assert_eq!(shape(r#"{"operations": [], "transaction": null}"#).unwrap(), "[] None");
}

#[test]
fn another_shape_is_told_from_broken_json() {
    for body in [
        "[]",
        "{}",
        r#"{"operations": {}}"#,
        r#"{"operations": [{}]}"#,
        r#"{"operations": [{"Drop": {"api_name": "a"}}]}"#,
        r#"{"operations": [{"Create": {"api_name": "a"}}]}"#,
        r#"{"operations": [{"Delete": {"api_name": "a", "record_id": null}}]}"#,
        r#"{"operations": [], "transaction": 1}"#,
    ] {
        assert!(matches!(shape(body), Err(Error::WrongShape(_))), "{body}");
    }
    for body in [
        "",
        "{",
        r#"{"operations": [] "#,
        r#"{"operations": []} x"#,
        r#"{"operations": [{"Create": {"value": }}]}"#,
    ] {
        assert!(matches!(shape(body), Err(Error::MalformedBody(_))), "{body}");
    }
}

#[test]
fn there_are_only_so_many_operations() {
    let many = |count: usize| {
        let operations = vec![r#"{"Delete": {"api_name": "a", "record_id": "1"}}"#; count];
        shape(&format!(r#"{{"operations": [{}]}}"#, operations.join(",")))
    };
    assert!(many(limits::TRANSACTION_OPERATIONS_MAX).is_ok());
    assert_eq!(
        many(limits::TRANSACTION_OPERATIONS_MAX + 1),
        Err(Error::BatchTooLarge(limits::TRANSACTION_OPERATIONS_MAX))
    );
}

#[test]
fn an_operation_is_checked_as_a_request_for_one_record_is() {
    let refused = |operation: &str| prepared(operation).unwrap_err();
    for value in ["[]", "1", "null", "\"{}\""] {
        let operation = format!(r#"{{"Create": {{"api_name": "n", "value": {value}}}}}"#);
        assert_eq!(refused(&operation), Error::NotARecord, "{value}");
    }
    assert_eq!(
        refused(r#"{"Create": {"api_name": "n", "value": {"stars": "1"}}}"#),
        Error::InvalidRecord
    );
    assert_eq!(
        refused(r#"{"Update": {"api_name": "n", "record_id": "x", "value": {"stars": 1}}}"#),
        Error::InvalidId
    );
    assert_eq!(
        refused(r#"{"Update": {"api_name": "n", "record_id": "1", "value": {}}}"#),
        Error::NoValues
    );
    assert_eq!(
        refused(r#"{"Delete": {"api_name": "n", "record_id": ""}}"#),
        Error::InvalidId
    );
}

#[test]
fn the_answer_has_the_ids_in_order() {
    let outcomes = [
        prepared(r#"{"Create": {"api_name": "n", "value": {}}}"#).unwrap(),
        prepared(r#"{"Update": {"api_name": "n", "record_id": 7, "value": {"stars": 1}}}"#).unwrap(),
        prepared(r#"{"Delete": {"api_name": "n", "record_id": "8"}}"#).unwrap(),
        Outcome::Error("passed over"),
    ];
    let answer = serde_json::to_string(&outcomes).unwrap();
    assert_eq!(answer, r#"[{"Id":"9"},{"Id":"7"},{"Id":"8"},{"Error":"passed over"}]"#);
}
