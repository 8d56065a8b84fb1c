//! Tests which JSON becomes which value, and what is refused.

use record_api::examples::notes;

use super::*;

fn decoded(body: &str) -> Result<Vec<(String, Value)>, Error> {
    let table = notes().table;
    let assignments = one(&table, body.as_bytes())?;
    let named = assignments
        .into_iter()
        .map(|(position, value)| (table.columns[position].name.clone(), value));
    Ok(named.collect())
}

/// The value that a body with one member gives, as text that tells its type.
fn value_of(body: &str) -> String {
    let values = decoded(body).unwrap();
    assert_eq!(values.len(), 1, "{body}");
    format!("{:?}", values[0].1)
}

#[test]
fn values_of_a_fitting_type_are_taken_exactly() {
    for (body, expected) in [
        (
            r#"{"stars": 9223372036854775807}"#,
            "Value::Integer(9223372036854775807)",
        ),
        (r#"{"stars": 18446744073709551615}"#, "Value::Integer(-1)"),
        (r#"{"stars": true}"#, "Value::Integer(1)"),
        (r#"{"stars": null}"#, "Value::Null"),
        (r#"{"score": 2}"#, "Value::Real(2.0)"),
        (r#"{"score": -0.5}"#, "Value::Real(-0.5)"),
        (r#"{"text": "a\u0000\"b"}"#, r#"Value::Text("a\0\"b")"#),
        (r#"{"data": "-_8="}"#, "Value::Blob([251, 255])"),
        (r#"{"data": [0, 255]}"#, "Value::Blob([0, 255])"),
        (
            r#"{"data": "00010203-0405-0607-0809-0a0b0c0d0e0f"}"#,
            "Value::Blob([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])",
        ),
        (r#"{"any": 1}"#, "Value::Integer(1)"),
        (r#"{"any": 1.5}"#, "Value::Real(1.5)"),
        (r#"{"any": "1"}"#, r#"Value::Text("1")"#),
        (r#"{"any": [1]}"#, "Value::Blob([1])"),
    ] {
        assert_eq!(value_of(body), expected, "{body}");
    }
}

#[test]
fn json_columns_keep_what_the_client_wrote() {
    assert_eq!(
        value_of(r#"{"meta": {"a": [1, 1.0]}}"#),
        r#"Value::Text("{\"a\": [1, 1.0]}")"#
    );
    assert_eq!(value_of(r#"{"meta": "{}"}"#), r#"Value::Text("\"{}\"")"#);
    assert_eq!(value_of(r#"{"meta":  null }"#), "Value::Null");
}

#[test]
fn values_of_another_type_are_invalid() {
    for body in [
        r#"{"stars": "1"}"#,
        r#"{"stars": 1.0}"#,
        r#"{"stars": [1]}"#,
        r#"{"stars": {}}"#,
        r#"{"score": "1"}"#,
        r#"{"score": true}"#,
        r#"{"text": 1}"#,
        r#"{"text": true}"#,
        r#"{"text": {}}"#,
        r#"{"data": 1}"#,
        r#"{"data": "+/8="}"#,
        r#"{"data": "-_8"}"#,
        r#"{"data": [256]}"#,
        r#"{"data": [-1]}"#,
        r#"{"any": {}}"#,
        r#"{"any": ["a"]}"#,
        "7",
    ] {
        assert_eq!(decoded(body).unwrap_err(), Error::InvalidRecord, "{body}");
    }
}

#[test]
fn names_that_are_no_writable_column_are_passed_over_and_the_last_of_equal_names_counts() {
    let values = decoded(r#"{"nothing": [{}], "excluded": 1, "shouted": 1, "stars": 1, "_secret": 2, "stars": 3}"#);
    let values = format!("{:?}", values.unwrap());
    assert_eq!(
        values,
        r#"[("stars", Value::Integer(3)), ("_secret", Value::Integer(2))]"#
    );
}

#[test]
fn what_is_no_json_is_malformed() {
    for body in [
        "",
        "{",
        r#"{"stars": 1"#,
        r#"{"stars": 1}}"#,
        r#"{"stars": 1e999}"#,
        r#"{"meta": {a}}"#,
        "\u{feff}{}",
    ] {
        let error = one_or_many(&notes().table, body.as_bytes()).unwrap_err();
        assert!(matches!(error, Error::MalformedBody(_)), "{body}: {error:?}");
    }
    let error = one(&notes().table, b"{\"text\": \"\xff\"}").unwrap_err();
    assert!(matches!(error, Error::MalformedBody(_)));
}

#[test]
fn a_create_takes_a_record_or_an_array() {
    let table = notes().table;
    let count = |body: &str| one_or_many(&table, body.as_bytes()).map(|records| records.len());
    assert_eq!(count(" {}"), Ok(1));
    assert_eq!(count("[{}, {}]"), Ok(2));
    assert_eq!(count("[]"), Ok(0));
    assert_eq!(count("[1]"), Err(Error::InvalidRecord));
    assert_eq!(count("7"), Err(Error::ExpectedRecords));
    assert_eq!(count("\"{}\""), Err(Error::ExpectedRecords));
    let many = |length: usize| format!("[{}]", vec!["{}"; length].join(","));
    assert_eq!(count(&many(limits::BULK_RECORDS_MAX)), Ok(limits::BULK_RECORDS_MAX));
    assert_eq!(
        count(&many(limits::BULK_RECORDS_MAX + 1)),
        Err(Error::BulkTooLarge(limits::BULK_RECORDS_MAX))
    );
}
