//! The query grammar: every operator on every kind of column, every way of writing it, and what is made of nonsense.

use guesthouse_tests::Server;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;

const TABLES: &str = "
CREATE TABLE kind (
    id INTEGER PRIMARY KEY,
    i INTEGER,
    r REAL,
    t TEXT,
    b BLOB,
    a ANY,
    j TEXT CHECK (jsonschema_matches('{}', j)),
    _hidden TEXT DEFAULT 'nobody may see this'
) STRICT;
INSERT INTO kind (id, i, r, t, b, a, j) VALUES
    (1, -1, -0.5, '007', x'fbff', 7, '{\"a\":1}'),
    (2, 0, 0.0, 'a b', x'61', 'text here', '[]'),
    (3, 9223372036854775807, 1e300, 'A+B%', x'', x'69b71d', '\"x\"'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO _record_api (name, table_name, acl_world) VALUES ('kinds', 'kind', 'READ');
";

const PATH: &str = "/api/records/v1/kinds";

fn start() -> Server {
    Server::prepare().migration("U1__kinds.sql", TABLES).start()
}

/// The ids of the rows that a query lists, in order, such as `13`.
#[track_caller]
fn ids(server: &Server, query: &str) -> String {
    let answer = server.get(&format!("{PATH}?order=id&{query}"));
    answer.expect_status(200);
    let list = answer.json();
    let records = list["records"].as_array().expect("records are a list").iter();
    records.map(|record| record["id"].to_string()).collect()
}

#[test]
fn a_value_that_is_none_of_the_columns_kind_is_refused() {
    let server = start();
    for filter in [
        "[i]=1.5",
        "[i]=",
        "[i]=x",
        "[i]=9223372036854775808",
        "[i]=%20-1",
        "[r]=x",
        "[r]=nan",
        "[r]=inf",
        "[b]=!",
        "[b]=%2B%2F8%3D",
        "[i][$like]=1",
        "[r][$re]=1",
        "[b][$like]=a",
        "[i][$is]=null",
        "[i][$is]=",
        "[i][$is]=1",
        "[t][@within]=POINT(0%200)",
        "[t][like]=a",
        "[t][$LIKE]=a",
        "[_hidden]=x",
        "[rowid]=1",
        "[I]=1",
        "[t][$eq][$eq]=a",
        "[$or]=1",
        "[$or][x][i]=1",
        "[$or][0]=1",
        "[$not][0][i]=1",
        "",
        "[",
        "[]",
        "[]=1",
        "[i",
        "[i]x=1",
        "[$and][0[i]=1",
    ] {
        let answer = server.get(&format!("{PATH}?filter{filter}"));
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (400, "Invalid filter params"),
            "{filter}"
        );
    }
}

#[test]
fn every_operator_works_on_every_kind() {
    let server = start();
    for (column, value, [equal, not_equal, greater, greater_or_equal, less, less_or_equal]) in [
        ("i", "0", ["2", "13", "3", "23", "1", "12"]),
        ("i", "9223372036854775807", ["3", "12", "", "3", "12", "123"]),
        ("r", "0", ["2", "13", "3", "23", "1", "12"]),
        ("r", "-5e-1", ["1", "23", "23", "123", "", "1"]),
        ("t", "a+b", ["2", "13", "", "2", "13", "123"]),
        ("t", "007", ["1", "23", "23", "123", "", "1"]),
        ("t", "7", ["", "123", "23", "23", "1", "1"]),
        ("b", "-_8%3D", ["1", "23", "", "1", "23", "123"]),
        ("b", "", ["3", "12", "12", "123", "", "3"]),
        ("a", "7", ["1", "23", "23", "123", "", "1"]),
        ("a", "text+here", ["2", "13", "3", "23", "1", "12"]),
        ("a", "abcd", ["3", "12", "", "3", "12", "123"]),
        ("j", "[]", ["2", "13", "1", "12", "3", "23"]),
    ] {
        for (operator, expected) in [
            ("", equal),
            ("[$eq]", equal),
            ("[$ne]", not_equal),
            ("[$gt]", greater),
            ("[$gte]", greater_or_equal),
            ("[$lt]", less),
            ("[$lte]", less_or_equal),
        ] {
            let filter = format!("filter[{column}]{operator}={value}");
            assert_eq!(ids(&server, &filter), expected, "{filter}");
        }
    }
    for column in ["i", "r", "t", "b", "a", "j"] {
        assert_eq!(ids(&server, &format!("filter[{column}][$is]=NULL")), "4", "{column}");
        assert_eq!(ids(&server, &format!("filter[{column}][$is]=!NULL")), "123", "{column}");
    }
    for (filter, expected) in [
        ("[t][$like]=a%25", "2"),
        ("[t][$like]=A_B%25", "3"),
        ("[t][$re]=%5B0-9%5D{3}", "1"),
        ("[t][$re]=(?i)a.b", "23"),
        ("[j][$like]=%25a%25", "1"),
        ("[a][$like]=text%25", "2"),
    ] {
        assert_eq!(ids(&server, &format!("filter{filter}")), expected, "{filter}");
    }
}

#[test]
fn conditions_are_joined_as_they_are_nested() {
    let server = start();
    for (query, expected) in [
        ("filter[i][$gte]=-1&filter[i][$lt]=1", "12"),
        ("filter[i]=0&filter[t]=007", ""),
        ("filter[$and][0][i][$ne]=0&filter[$and][1][t][$ne]=007", "3"),
        ("filter[$or][0][i]=0&filter[$or][1][t]=007", "12"),
        ("filter[$or][7][i]=0&filter[$or][3][i]=-1&filter[$or][7][t]=x", "1"),
        (
            "filter[$or][0][i]=-1&filter[$or][1][$and][0][i]=0&filter[$or][1][$and][1][t]=x",
            "1",
        ),
        ("filter[$or][0][i]=-1&filter[$or][1][i]=0&filter[t][$ne]=007", "2"),
        (
            "filter[$and][0][$or][0][i]=-1&filter[$and][0][$or][1][i]=0&filter[$and][1][$or][0][t]=007",
            "1",
        ),
        ("filter[$or][0][$or][0][$or][0][$or][0][i]=0", "2"),
    ] {
        assert_eq!(ids(&server, query), expected, "{query}");
    }
    let fifth = server.get(&format!("{PATH}?filter[$or][0][$or][0][$or][0][$or][0][$or][0][i]=0"));
    fifth.expect(400, "Invalid filter params");
}

#[test]
fn what_clients_encode_is_understood() {
    let server = start();
    for query in [
        "filter%5Bt%5D%5B%24eq%5D=a+b",
        "filter%5bt%5d%5b%24eq%5d=a%20b",
        "filter[t][$eq]=a b".replace(' ', "%20").as_str(),
        "filter[%24and][0][t]=%61+b",
        "filter%5B%24and%5D%5B0%5D%5Bt%5D=a+b&limit=&"
            .replace("limit=&", "unknown=")
            .as_str(),
    ] {
        assert_eq!(ids(&server, query), "2", "{query}");
    }
    assert_eq!(ids(&server, "filter[t]=A%2BB%25"), "3");
    let by = |order: &str| {
        let list = server.get(&format!("{PATH}?filter[id][$lt]=4&order={order}")).json();
        let records = list["records"].as_array().expect("records are a list").iter();
        records.map(|record| record["id"].to_string()).collect::<String>()
    };
    for (order, expected) in [
        ("t", "132"),
        ("%2Bt", "132"),
        ("+t", "132"),
        ("%20t", "132"),
        ("-t", "231"),
        ("-i,%2Bt", "321"),
    ] {
        assert_eq!(by(order), expected, "{order}");
    }
}

#[test]
fn counts_cursors_and_empty_pages() {
    let server = start();
    let list = |query: &str| server.get(&format!("{PATH}?{query}")).json();
    assert_eq!(list("limit=0"), json!({"records": []}));
    for count in ["true", "TRUE", "1"] {
        assert_eq!(
            list(&format!("limit=0&count={count}")),
            json!({"total_count": 4, "records": []})
        );
    }
    assert_eq!(list("filter[i]=5&count=1"), json!({"total_count": 0, "records": []}));
    for (query, has_cursor) in [
        ("limit=1", true),
        ("limit=4", true),
        ("limit=1&order=-id,t", true),
        ("limit=1&order=t", false),
        ("limit=1&order=t,id", false),
        ("limit=1&skip_cursor=true", false),
        ("limit=1&skip_cursor=TRUE", true),
        ("offset=4", false),
    ] {
        assert_eq!(list(query).get("cursor").is_some(), has_cursor, "{query}");
    }
    let cursor = list("limit=4")["cursor"]
        .as_str()
        .expect("the last page has one too")
        .to_owned();
    assert_eq!(
        list(&format!("cursor={cursor}&count=true")),
        json!({"total_count": 4, "records": []})
    );
}

/// Of what queries are made, and attacks on them.
static PIECES: [&str; 44] = [
    "filter[",
    "][",
    "]=",
    "[",
    "]",
    "=",
    "&",
    "$and",
    "$or",
    "0",
    "1",
    "$eq",
    "$gt",
    "$like",
    "$re",
    "$is",
    "NULL",
    "i",
    "t",
    "a",
    "b",
    "j",
    "_hidden",
    "id",
    "order=",
    "-",
    "limit=",
    "offset=",
    "cursor=",
    "count=1",
    "expand=",
    "'",
    "%22",
    "%00",
    "%3B",
    "--",
    "/*",
    "%29%20OR%201%3D1",
    "%3F1",
    "DROP%20TABLE%20kind",
    "filter[a]=",
    "filter[t][$like]=",
    "filter[$or][0][",
    "%C3%BC",
];

#[test]
fn no_query_breaks_the_server_or_shows_what_is_hidden() {
    let server = start();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let queries = proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..20);
    let result = runner.run(&queries, |pieces| {
        let answer = server.get(&format!("{PATH}?{}", pieces.concat()));
        prop_assert!(matches!(answer.status, 200 | 400), "{}", answer.text());
        prop_assert!(!answer.text().contains("nobody may see this"));
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(ids(&server, ""), "1234");
}
