//! Filters: the same as those of lists, for each event.

use super::{create, delete, expected, path, start, subscribe, told, update};
use guesthouse_tests::Server;
use guesthouse_tests::events::Events;
use serde_json::json;

#[track_caller]
fn filtered(server: &Server, filter: &str) -> Events {
    server.events(&format!("{}?{filter}", path("notes", "*")))
}

#[test]
fn what_comes_into_the_filter_and_what_is_deleted_from_it_is_told() {
    let server = start();
    let mut events = filtered(&server, "filter[stars][$gte]=3");
    let id = create(&server, json!({"text": "unheard", "stars": 1}));
    update(&server, &id, json!({"text": "came", "stars": 4}));
    update(&server, &id, json!({"text": "left", "stars": 2}));
    update(&server, &id, json!({"text": "back", "stars": 5}));
    delete(&server, &id);
    let id = create(&server, json!({"text": "unheard", "stars": 1}));
    delete(&server, &id);
    create(&server, json!({"text": "last", "stars": 3}));
    assert_eq!(
        told(&mut events, 4),
        expected(&[
            ("Update", "came"),
            ("Update", "back"),
            ("Delete", "back"),
            ("Insert", "last")
        ])
    );
}

/// Every filter is asked the same of an event as a list asks it of the row.
#[test]
fn an_event_is_let_through_exactly_if_a_list_has_the_row() {
    let notes = [
        json!({"text": "007", "stars": 1, "score": 1, "title": "Ann", "any": 7, "data": "AP8="}),
        json!({"text": "7", "stars": 2, "score": -0.5, "title": "ANN", "any": "7", "meta": {"a": [1, null]}}),
        json!({"text": "%", "stars": 3, "title": "b", "any": 7.5, "room": 1}),
        json!({"text": "a\u{e9}", "stars": 5, "any": [0, 255]}),
    ];
    for filter in [
        "filter[stars]=2",
        "filter[stars][$ne]=2",
        "filter[score][$lt]=1",
        "filter[score]=1",
        "filter[text]=7",
        "filter[text][$gt]=7",
        "filter[text][$like]=0%25",
        "filter[text][$like]=A%25",
        "filter[text][$re]=^[0-9]%2B$",
        "filter[title]=ann",
        "filter[title][$gte]=ANN",
        "filter[any]=7",
        "filter[any][$gt]=7",
        "filter[data]=AP8%3D",
        "filter[data][$is]=NULL",
        "filter[meta][$is]=!NULL",
        "filter[room]=1",
        "filter[twice][$gte]=4",
        "filter[$or][0][stars]=1&filter[$or][1][$and][0][stars]=3&filter[$or][1][$and][1][title]=B",
        "filter[stars]=1&filter[text]=7",
    ] {
        let server = start();
        let mut events = filtered(&server, filter);
        for note in &notes {
            create(&server, note.clone());
        }
        let list = server.get(&format!("/api/records/v1/notes?{filter}&order=id"));
        list.expect_status(200);
        let listed = list.json()["records"].as_array().expect("a list").clone();
        let ids: Vec<_> = listed.iter().map(|record| record["id"].clone()).collect();
        let heard: Vec<_> = ids
            .iter()
            .map(|_| events.expect_json()["Insert"]["id"].clone())
            .collect();
        assert_eq!(heard, ids, "{filter}");
        // And no other: the next one that is heard is deleted from the filter.
        if let Some(id) = ids.last() {
            delete(&server, &id.to_string());
            assert_eq!(events.expect_json()["Delete"]["id"], *id, "{filter}");
        }
    }
}

#[test]
fn a_filter_and_a_rule_hold_together() {
    let server = start();
    let mut both = server.events(&format!("{}?filter[text]=a", path("good", "*")));
    let mut rule = subscribe(&server, "good");
    for (text, stars) in [("a", 1), ("b", 5), ("a", 4)] {
        create(&server, json!({"text": text, "stars": stars}));
    }
    assert_eq!(told(&mut rule, 2), expected(&[("Insert", "b"), ("Insert", "a")]));
    assert_eq!(both.expect_json()["Insert"]["stars"], 4);
}
