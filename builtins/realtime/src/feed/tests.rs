//! Tests who is asked for and told of a batch of changes.

use guesthouse::changes::{Operation as ChangeOperation, Table};
use guesthouse::sqlite::{Value, params};
use record_api::examples::{Described, notes};

use super::*;
use crate::class::{Audience, Class, Target};
use crate::place::Place;

fn batch(changes: Vec<(u64, ChangeOperation, i64)>) -> Batch {
    let columns = [
        "id", "text", "stars", "score", "data", "any", "meta", "_secret", "excluded",
    ];
    let row = |stars: i64| {
        let none = None::<i64>;
        params![7, "a", stars, none, none, none, none, none, none]
    };
    let changes = changes.into_iter().map(|(number, operation, stars)| Change {
        number,
        transaction_end: number,
        table: 0,
        operation,
        before: match operation {
            ChangeOperation::Insert => Vec::new(),
            _ => row(0),
        },
        after: match operation {
            ChangeOperation::Delete => Vec::new(),
            _ => row(stars),
        },
    });
    Batch {
        tables: vec![Table {
            name: "notes".into(),
            columns: columns.map(str::to_owned).into(),
        }],
        changes: changes.collect(),
        next: Position { epoch: 1, number: 100 },
    }
}

fn listening(classes: &[(Target, u8, &str)]) -> Listening {
    let mut listening = Listening::default();
    for (target, caller, filter) in classes {
        let class = Class {
            place: Place {
                database: "main".into(),
                table: "notes".into(),
            },
            api: "notes".into(),
            target: target.clone(),
            audience: Audience::Caller(vec![*caller]),
            filter: (*filter).into(),
        };
        listening.insert(&format!("t{caller}").into(), &class).unwrap();
    }
    listening
}

/// For every outcome the topics, and the event as far as its name.
fn outcomes(plan: &Plan, verdicts: &[Verdict], batch: &Batch) -> Vec<(String, String)> {
    let outcomes = plan.decide(verdicts, batch, 1).unwrap();
    let told = outcomes.into_iter().map(|outcome| match outcome {
        Outcome::Tell { topics, event } => {
            let data = event.data.unwrap();
            (topics, data.split(['"', ':']).nth(1).unwrap().to_owned())
        }
        Outcome::Deny { topics, .. } => (topics, "denied".into()),
    });
    told.map(|(topics, what)| (topics.join(","), what)).collect()
}

fn expected(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter()
        .map(|(topics, what)| ((*topics).into(), (*what).into()))
        .collect()
}

fn record(id: &str) -> Target {
    Target::Record(id.into())
}

#[test]
fn without_rule_and_filter_nothing_is_asked() {
    let listening = listening(&[(Target::Table, 1, ""), (record("7"), 2, ""), (record("8"), 3, "")]);
    let batch = batch(vec![
        (1, ChangeOperation::Insert, 1),
        (2, ChangeOperation::Update, 2),
        (3, ChangeOperation::Delete, 0),
    ]);
    let plan = Plan::new(&Rc::new(notes()), &listening, &batch, u64::MAX).unwrap();
    assert!(plan.statements.is_empty());
    assert_eq!(
        outcomes(&plan, &[], &batch),
        expected(&[("t1,t2", "Insert"), ("t1,t2", "Update"), ("t1,t2", "Delete")])
    );
}

#[test]
fn a_deleted_row_is_judged_by_what_it_was() {
    let listening = listening(&[(Target::Table, 1, "[stars]=5")]);
    let batch = batch(vec![(1, ChangeOperation::Update, 5), (2, ChangeOperation::Delete, 5)]);
    let plan = Plan::new(&Rc::new(notes()), &listening, &batch, u64::MAX).unwrap();
    let stars = |statement: &Statement| format!("{:?}", statement.1[1]);
    let asked: Vec<String> = plan.statements.iter().map(stars).collect();
    assert_eq!(asked, [5, 0].map(|stars| format!("{:?}", Value::Integer(stars))));
    assert_eq!(
        outcomes(&plan, &[Verdict::All, Verdict::Nobody], &batch),
        expected(&[("t1", "Update")])
    );
}

#[test]
fn all_callers_are_asked_for_at_once_and_who_listens_to_a_record_is_told_of_its_end() {
    let mut described = Described::notes();
    described.configuration[3] = "_ROW_.data = _USER_.id".into();
    let api = Rc::new(described.api().unwrap());
    let listening = listening(&[
        (Target::Table, 1, ""),
        (Target::Table, 2, ""),
        (record("7"), 3, ""),
        (record("7"), 4, ""),
    ]);
    let batch = batch(vec![(1, ChangeOperation::Update, 1)]);
    let plan = Plan::new(&api, &listening, &batch, u64::MAX).unwrap();
    assert_eq!(plan.statements.len(), 1);
    assert_eq!(
        outcomes(&plan, &[Verdict::Some(vec![1, 2])], &batch),
        expected(&[("t2,t3", "Update"), ("t4", "denied")])
    );
}

#[test]
fn what_is_beyond_the_end_is_left_for_later() {
    let listening = listening(&[(Target::Table, 1, "")]);
    let batch = batch(vec![(1, ChangeOperation::Insert, 1), (2, ChangeOperation::Insert, 1)]);
    let plan = Plan::new(&Rc::new(notes()), &listening, &batch, 1).unwrap();
    assert_eq!(outcomes(&plan, &[], &batch).len(), 1);
}

#[test]
fn a_change_from_before_the_table_had_its_columns_is_no_event() {
    let listening = listening(&[(Target::Table, 1, "[stars]=5")]);
    let mut batch = batch(vec![(1, ChangeOperation::Insert, 1)]);
    batch.tables[0].columns.truncate(2);
    batch.changes[0].after.truncate(2);
    assert!(matches!(
        Plan::new(&Rc::new(notes()), &listening, &batch, u64::MAX),
        Err(Mistake::Outdated(_))
    ));
}
