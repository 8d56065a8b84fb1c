//! Filters: every comparison on every type, in lists, nested, and wrong ones.

use crate::support::{api, expect_error, ids};
use serde_json::Value;
use trailbase_client::CompareOp::{
    Equal, GreaterThan, GreaterThanEqual, LessThan, LessThanEqual, Like, NotEqual, Regexp,
};
use trailbase_client::{CompareOp, Filter, ListArguments, ValueOrFilterGroup};

/// A comparison, and the rooms that it finds.
const COMPARISONS: &[(&str, CompareOp, &str, &[i64])] = &[
    ("floor", Equal, "-1", &[3]),
    ("floor", NotEqual, "2", &[1, 2, 3, 6, 7]),
    ("floor", LessThan, "1", &[3]),
    ("floor", LessThanEqual, "1", &[2, 3, 6]),
    ("floor", GreaterThan, "3", &[1]),
    ("floor", GreaterThanEqual, "3", &[1, 7]),
    ("price", Equal, "35.25", &[3]),
    ("price", Equal, "60", &[2, 6]),
    ("price", GreaterThan, "85", &[4, 7]),
    ("name", Equal, "007", &[7]),
    ("name", Equal, "7", &[]),
    ("name", GreaterThan, "E", &[5, 6]),
    ("name", Like, "%e%", &[2, 3, 4, 6]),
    ("name", Like, "F%", &[]),
    ("name", Regexp, "^[A-C]", &[1, 2, 3]),
    ("name", Regexp, "(?i)^f", &[6]),
    ("outlook", Equal, "street, noisy", &[7]),
    ("outlook", NotEqual, "sea", &[5, 6, 7]),
    ("key_card", Equal, "AP8=", &[1]),
    ("key_card", NotEqual, "AP8=", &[2, 4]),
];

async fn expect_rooms(filters: impl Into<ValueOrFilterGroup>, expected: &[i64]) {
    let filters = filters.into();
    let arguments = ListArguments::new().with_filters(filters.clone()).with_order(["id"]);
    let list = api("rooms").list(arguments).await;
    assert_eq!(ids(&list.expect("the filter is right")), expected, "{filters:?}");
}

pub async fn run() {
    for &(column, op, value, expected) in COMPARISONS {
        expect_rooms(Filter::new(column, op, value), expected).await;
    }
    let without_op = Filter {
        column: "floor".into(),
        op: None,
        value: "2".into(),
    };
    expect_rooms(without_op, &[4, 5]).await;
    expect_rooms(Filter::is_null("outlook"), &[2, 3]).await;
    expect_rooms(Filter::is_not_null("outlook"), &[1, 4, 5, 6, 7]).await;
    expect_rooms(Filter::is_null("key_card"), &[3, 5, 6, 7]).await;
    expect_rooms(Filter::is_null("floor"), &[]).await;
    groups_nest().await;
    wrong_ones_are_refused().await;
}

async fn groups_nest() {
    use ValueOrFilterGroup::{And, Or};
    let equal = |column: &str, value: &str| Filter::new(column, Equal, value).into();
    let between = vec![
        Filter::new("price", GreaterThan, "60"),
        Filter::new("price", LessThan, "99"),
    ];
    expect_rooms(between, &[1, 5]).await;
    let sea_or_cheap = || {
        Or(vec![
            equal("outlook", "sea"),
            Filter::new("price", LessThan, "40").into(),
        ])
    };
    expect_rooms(sea_or_cheap(), &[1, 3, 4]).await;
    expect_rooms(
        And(vec![sea_or_cheap(), Filter::new("floor", GreaterThan, "0").into()]),
        &[1, 4],
    )
    .await;
    let in_the_garden = And(vec![equal("floor", "1"), equal("outlook", "garden")]);
    expect_rooms(Or(vec![in_the_garden, equal("name", "007")]), &[6, 7]).await;
}

async fn wrong_ones_are_refused() {
    for (column, op, value) in [
        ("nothing", Equal, "1"),
        ("floor", Equal, "high"),
        ("floor", Equal, "1.5"),
        ("price", Equal, ""),
        ("key_card", Equal, "no base64!"),
        ("id\" = 1 --", Equal, "1"),
    ] {
        let arguments = ListArguments::new().with_filters(Filter::new(column, op, value));
        expect_error(400, api("rooms").list::<Value>(arguments).await);
    }
    let hidden = ListArguments::new().with_filters(Filter::new("_remark", Equal, "snores"));
    expect_error(400, api("guests").list::<Value>(hidden).await);
}
