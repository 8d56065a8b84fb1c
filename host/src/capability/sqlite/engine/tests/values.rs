//! Values go in and come out as they are.

use super::*;

#[tokio::test]
async fn every_value_survives() {
    let fixture = Fixture::new("CREATE TABLE t (id INTEGER PRIMARY KEY, x ANY) STRICT;").await;
    let values = [
        Value::Null,
        Value::Integer(i64::MIN),
        Value::Integer(i64::MAX),
        Value::Integer((1 << 53) + 1),
        Value::Real(0.1),
        Value::Real(-0.0),
        Value::Real(f64::MAX),
        Value::Real(f64::MIN_POSITIVE),
        Value::Real(f64::INFINITY),
        Value::Text(String::new()),
        Value::Text("a\0b\0".into()),
        Value::Text("für 🎈".into()),
        Value::Blob(Vec::new()),
        Value::Blob(vec![0, 255, 0]),
    ];
    for value in values {
        let outcome = fixture.execute_with(
            &fixture.host,
            "INSERT INTO t (x) VALUES (?1) RETURNING x",
            vec![value.clone()],
        );
        assert_eq!(outcome.await.unwrap().values, std::slice::from_ref(&value));
        let last = "SELECT x FROM t ORDER BY id DESC LIMIT 1";
        assert_eq!(fixture.values(last).await, [value]);
    }
    let nan = fixture.execute_with(
        &fixture.host,
        "INSERT INTO t (x) VALUES (?1) RETURNING x",
        vec![Value::Real(f64::NAN)],
    );
    assert_eq!(nan.await.unwrap().values, [Value::Null]);
}

#[tokio::test]
async fn text_that_is_not_utf8_is_an_error() {
    let fixture = Fixture::new("").await;
    let result = fixture.query(&fixture.host, "SELECT CAST(x'ff' AS TEXT)").await;
    assert!(matches!(result, Err(Error::Sql(_))));
}

#[tokio::test]
async fn parameters_are_counted() {
    let fixture = Fixture::new("").await;
    for (sql, given) in [
        ("SELECT ?1", 0),
        ("SELECT ?1", 2),
        ("SELECT 1", 1),
        ("SELECT ?1, ?2", 1),
    ] {
        let result = fixture
            .database
            .query(&fixture.host, Statement::new(sql, vec![Value::Null; given]))
            .await;
        assert!(matches!(result, Err(Error::Sql(_))), "{sql} with {given}");
    }
    let again = Statement::new("SELECT ?1", vec![Value::Integer(7)]);
    assert_eq!(
        fixture.database.query(&fixture.host, again).await.unwrap().values,
        [Value::Integer(7)]
    );
}

#[tokio::test]
async fn one_statement_at_a_time() {
    let fixture = Fixture::new("").await;
    for sql in [
        "SELECT 1; SELECT 2",
        "",
        "  -- nothing",
        "SELECT 1; x",
        "SELECT '\0'",
        "SELEC 1",
    ] {
        assert!(
            matches!(fixture.query(&fixture.host, sql).await, Err(Error::Sql(_))),
            "{sql}"
        );
    }
    for sql in [
        "SELECT 1;",
        "SELECT 1 -- one",
        "SELECT 1; /* done */ ; \n",
        "/* a */ SELECT 1",
    ] {
        assert_eq!(
            fixture.query(&fixture.host, sql).await.unwrap().values,
            [Value::Integer(1)],
            "{sql}"
        );
    }
}

#[tokio::test]
async fn double_quotes_are_names_and_like_minds_case() {
    let fixture = Fixture::new("").await;
    assert!(matches!(
        fixture.query(&fixture.host, "SELECT \"text\"").await,
        Err(Error::Sql(_))
    ));
    assert_eq!(
        fixture.values("SELECT 'A' LIKE 'a', sqrt(4)").await,
        [Value::Integer(0), Value::Real(2.0)]
    );
}
