//! Coming back: for those who ask for ids nothing is lost, repeated or reordered.

use super::{create, delete, expect_denied, expected, name_and_text, path, start, subscribe, told, update};
use guesthouse_tests::Server;
use guesthouse_tests::events::{Event, Events};
use serde_json::json;

fn resume(server: &Server, api: &str, id: &str, last: &str) -> Events {
    server.events_with(&path(api, id), &[("last-event-id", last)])
}

/// The id that comes before anything has happened.
#[track_caller]
fn first_id(events: &mut Events) -> String {
    loop {
        let event = events.next_event().expect("a stream").expect("an event");
        assert_eq!(event.data, None);
        if let Some(id) = event.id {
            return id;
        }
    }
}

#[test]
fn who_does_not_ask_gets_no_ids() {
    let server = start();
    let mut events = subscribe(&server, "notes");
    create(&server, json!({"text": "a"}));
    let event = events.expect_event();
    assert_eq!((event.id, event.name), (None, None));
}

#[test]
fn whoever_asks_gets_a_place_to_come_back_to_before_anything_happens() {
    let server = start();
    let by_query = format!("{}?resume=true", path("notes", "*"));
    for mut events in [resume(&server, "notes", "*", ""), server.events(&by_query)] {
        let id = first_id(&mut events);
        drop(events);
        create(&server, json!({"text": "missed"}));
        let mut events = resume(&server, "notes", "*", &id);
        let event = events.expect_event();
        assert_eq!(
            (&event.json()["Insert"]["text"], &event.json()["seq"]),
            (&json!("missed"), &json!(1))
        );
        assert_ne!(event.id, Some(id));
    }
}

#[test]
fn what_was_missed_comes_first_in_order_and_once() {
    let server = start();
    let mut events = resume(&server, "notes", "*", "");
    let id = create(&server, json!({"text": "0"}));
    let mut last: Event = events.expect_event();
    for round in 1..=10 {
        drop(events);
        for text in ["a", "b", "c"] {
            update(&server, &id, json!({"text": format!("{round}{text}")}));
        }
        events = resume(&server, "notes", "*", last.id.as_deref().expect("it has an id"));
        update(&server, &id, json!({"text": format!("{round}d")}));
        let texts = ["a", "b", "c", "d"].map(|text| format!("{round}{text}"));
        for (text, number) in texts.into_iter().zip(1..) {
            last = events.expect_event();
            let event = last.json();
            assert_eq!(
                (&event["Update"]["text"], &event["seq"]),
                (&json!(text), &json!(number))
            );
            // The next time it comes back to somewhere in between.
            if text.ends_with('b') && round % 2 == 0 {
                events = resume(&server, "notes", "*", last.id.as_deref().expect("it has an id"));
                let rest = ["c", "d"].map(|text| ("Update".to_owned(), format!("{round}{text}")));
                assert_eq!(told(&mut events, 1), rest[..1]);
                last = events.expect_event();
                break;
            }
        }
    }
}

#[test]
fn what_was_missed_is_what_filter_and_rule_let_through() {
    let server = start();
    let query = "*?filter[text][$like]=a%25";
    let mut events = resume(&server, "good", query, "");
    let id = first_id(&mut events);
    drop(events);
    for (text, stars) in [("a1", 5), ("a2", 1), ("b", 5), ("a3", 3)] {
        create(&server, json!({"text": text, "stars": stars}));
    }
    delete(&server, "1");
    let mut events = resume(&server, "good", query, &id);
    assert_eq!(
        told(&mut events, 3),
        expected(&[("Insert", "a1"), ("Insert", "a3"), ("Delete", "a1")])
    );
}

#[test]
fn whoever_lost_the_record_meanwhile_is_told_so_and_nothing_behind_it() {
    let server = start();
    let note = create(&server, json!({"text": "a", "stars": 5}));
    let mut events = resume(&server, "good", &note, "");
    let id = first_id(&mut events);
    drop(events);
    for (text, stars) in [("seen", 4), ("secret", 0), ("again", 3)] {
        update(&server, &note, json!({"text": text, "stars": stars}));
    }
    let mut events = resume(&server, "good", &note, &id);
    assert_eq!(told(&mut events, 1), expected(&[("Update", "seen")]));
    expect_denied(&mut events);
}

#[test]
fn a_place_that_is_none_or_of_another_time_is_a_loss_that_is_told() {
    let mut server = start();
    let mut events = resume(&server, "notes", "*", "");
    let of_before = first_id(&mut events);
    let (epoch, _) = of_before.split_once('-').expect("an epoch and a number");
    let ahead = format!("{epoch}-1000000");
    for id in ["nonsense", "1-1", &ahead] {
        expect_loss(&server, id);
    }
    server.restart();
    expect_loss(&server, &of_before);
}

/// One event says that something may be lost, with a place to go on from.
#[track_caller]
fn expect_loss(server: &Server, id: &str) {
    let mut events = resume(server, "notes", "*", id);
    let loss = events.expect_event();
    assert_eq!(
        (&loss.json()["Error"]["status"], &loss.json()["seq"]),
        (&json!(2), &json!(1)),
        "{id}"
    );
    let note = create(server, json!({"text": "live"}));
    assert_eq!(told(&mut events, 1), expected(&[("Insert", "live")]));
    drop(events);
    let mut events = resume(server, "notes", "*", loss.id.as_deref().expect("it has an id"));
    assert_eq!(told(&mut events, 1), expected(&[("Insert", "live")]));
    delete(server, &note);
}

#[test]
fn more_than_can_be_told_at_once_comes_in_portions() {
    const ALL: usize = 2000;
    let server = start();
    let mut events = resume(&server, "notes", "*", "");
    let mut id = first_id(&mut events);
    drop(events);
    for thousand in 0..ALL / 1000 {
        let texts = (0..1000).map(|number| json!({"text": (thousand * 1000 + number).to_string()}));
        let notes = json!(texts.collect::<Vec<_>>());
        server
            .request("POST", super::NOTES)
            .json(&notes)
            .send()
            .expect_status(200);
    }
    let mut texts = Vec::new();
    let mut portions = 0;
    while texts.len() < ALL {
        portions += 1;
        let mut events = resume(&server, "notes", "*", &id);
        while texts.len() < ALL
            && let Some(event) = events.next_event().expect("the stream ends cleanly")
        {
            id = event.id.clone().unwrap_or(id);
            if event.data.is_some() {
                texts.push(name_and_text(&event.json()).1);
            }
        }
    }
    assert_eq!(texts, (0..ALL).map(|number| number.to_string()).collect::<Vec<_>>());
    assert!(portions > 1, "all came at once");
}

#[test]
fn while_a_table_is_silent_the_place_to_come_back_to_moves_on_with_its_database() {
    let server = start();
    let _elsewhere = subscribe(&server, "notes");
    let mut events = resume(&server, "others", "*", "");
    let first = first_id(&mut events);
    create(&server, json!({"text": "elsewhere"}));
    let second = first_id(&mut events);
    assert_ne!(first, second);
    let request = server
        .request("POST", "/api/records/v1/others")
        .json(&json!({"text": "a"}));
    request.send().expect_status(200);
    let event = events.expect_event();
    assert_eq!(
        (&event.json()["Insert"]["text"], &event.json()["seq"]),
        (&json!("a"), &json!(1))
    );
}
