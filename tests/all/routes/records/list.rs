//! GET `/api/records/v1/{api}`.

use crate::notes::{self, PATH};
use guesthouse_tests::Server;
use serde_json::{Value, json};

/// Notes `a` to `f` with 0 to 5 stars.
fn start_with_six() -> Server {
    let server = notes::start();
    let list: Vec<Value> = ["a", "b", "c", "d", "e", "f"]
        .iter()
        .enumerate()
        .map(|(stars, text)| json!({"text": text, "stars": stars, "title": if stars < 2 { Value::Null } else { json!(text) }}))
        .collect();
    server
        .request("POST", PATH)
        .json(&Value::Array(list))
        .send()
        .expect_status(200);
    server
}

/// The texts of the notes that a query lists, in order, such as `abc`.
#[track_caller]
fn texts(server: &Server, query: &str) -> String {
    let answer = server.get(&format!("{PATH}?{query}"));
    answer.expect_status(200);
    answer.json()["records"]
        .as_array()
        .expect("records are a list")
        .iter()
        .filter_map(|note| note["text"].as_str())
        .collect()
}

#[test]
fn a_query_that_is_none_is_refused() {
    let server = start_with_six();
    for query in [
        "limit=x",
        "limit=-1",
        "limit=1025",
        "offset=x",
        "count=maybe",
        "cursor=AAAA",
        "order=nothing",
        "order=text;drop",
        "order=text,stars,score,data,title,id",
        "filter[nothing]=1",
        "filter[_hidden]=1",
        "filter[stars]=x",
        "filter[stars][$is]=maybe",
        "filter[stars][$near]=1",
        "filter[$and][0][$and][0][$and][0][$and][0][$and][0][stars]=1",
        "filter[text][$re]=(",
        "filter[stars",
    ] {
        let answer = server.get(&format!("{PATH}?{query}"));
        assert_eq!(answer.status, 400, "{query} gave: {}", answer.text());
    }
}

#[test]
fn sql_in_a_query_is_only_text() {
    let server = start_with_six();
    assert_eq!(texts(&server, "filter[text]=%27%20OR%201=1%20--"), "");
    assert_eq!(texts(&server, "filter[text][$like]=%25%27;DROP%20TABLE%20note;--"), "");
    assert_eq!(notes::count(&server), 6);
}

#[test]
fn the_newest_come_first_and_fifty_at_most() {
    let server = start_with_six();
    assert_eq!(texts(&server, ""), "fedcba");
    let many: Vec<Value> = (0..60).map(|_| json!({"text": "x"})).collect();
    server
        .request("POST", PATH)
        .json(&Value::Array(many))
        .send()
        .expect_status(200);
    assert_eq!(texts(&server, "").len(), 50);
    assert_eq!(texts(&server, "limit=1024").len(), 66);
}

#[test]
fn an_empty_list_has_no_cursor() {
    let server = notes::start();
    let list = server.get(PATH).json();
    assert_eq!(list["records"], json!([]));
    assert!(list.get("cursor").is_none());
}

#[test]
fn limit_offset_and_order_do_what_they_say() {
    let server = start_with_six();
    assert_eq!(texts(&server, "limit=2"), "fe");
    assert_eq!(texts(&server, "limit=2&offset=1"), "ed");
    assert_eq!(texts(&server, "limit=0"), "");
    assert_eq!(texts(&server, "offset=6"), "");
    for ascending in [
        "order=stars",
        "order=%2Bstars",
        "order=+stars",
        "order=-title,stars&filter[stars][$lt]=1",
    ] {
        assert!(texts(&server, ascending).starts_with('a'), "{ascending}");
    }
    assert_eq!(texts(&server, "order=-text"), "fedcba");
}

#[test]
fn the_count_is_of_all_that_match() {
    let server = start_with_six();
    let list = server
        .get(&format!("{PATH}?count=true&limit=1&offset=1&filter[stars][$gte]=3"))
        .json();
    assert_eq!(
        (&list["total_count"], list["records"].as_array().map(Vec::len)),
        (&json!(3), Some(1))
    );
    assert!(
        server
            .get(&format!("{PATH}?count=false"))
            .json()
            .get("total_count")
            .is_none()
    );
}

#[test]
fn the_cursor_leads_through_all_pages_and_ends() {
    let server = start_with_six();
    for (order, expected) in [("", "fedcba"), ("&order=id", "abcdef"), ("&order=-id", "fedcba")] {
        let (mut cursor, mut seen) = (String::new(), String::new());
        loop {
            let page = server.get(&format!("{PATH}?limit=4{order}{cursor}")).json();
            let notes = page["records"].as_array().expect("records are a list");
            seen.extend(notes.iter().filter_map(|note| note["text"].as_str()));
            let Some(next) = page["cursor"].as_str() else { break };
            assert!(!notes.is_empty(), "a cursor without rows");
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, expected, "{order}");
    }
}

#[test]
fn a_cursor_that_was_tampered_with_or_is_of_another_api_is_refused() {
    let server = start_with_six();
    let list = server.get(&format!("{PATH}?limit=2")).json();
    let cursor = list["cursor"].as_str().expect("there are more").to_string();
    server
        .get(&format!("/api/records/v1/notes_read_only?cursor={cursor}"))
        .expect_status(400);
    server
        .get(&format!("{PATH}?order=text&cursor={cursor}"))
        .expect_status(400);
    let replacement = if cursor.starts_with('A') { "B" } else { "A" };
    server
        .get(&format!("{PATH}?cursor={replacement}{}", &cursor[1..]))
        .expect_status(400);
    server.get(&format!("{PATH}?cursor={cursor}")).expect_status(200);
}

#[test]
fn filters_select() {
    let server = start_with_six();
    for (filter, expected) in [
        ("filter[text]=c", "c"),
        ("filter[stars][$eq]=2", "c"),
        ("filter[stars][$ne]=2", "abdef"),
        ("filter[stars][$gt]=1&filter[stars][$lte]=3", "cd"),
        ("filter[stars][$gte]=4&filter[text]=f", "f"),
        ("filter[title][$is]=NULL", "ab"),
        ("filter[title][$is]=!NULL", "cdef"),
        ("filter[text][$like]=%25", "abcdef"),
        ("filter[text][$like]=A", ""),
        ("filter[text][$re]=^[a-c]$", "abc"),
        ("filter[$or][0][text]=a&filter[$or][1][stars]=5", "af"),
        (
            "filter[$or][0][text]=a&filter[$or][1][$and][0][stars][$gt]=1&filter[$or][1][$and][1][text]=d",
            "ad",
        ),
        ("filter%5Bstars%5D%5B%24lt%5D=1", "a"),
    ] {
        assert_eq!(texts(&server, &format!("order=id&{filter}")), expected, "{filter}");
    }
}
