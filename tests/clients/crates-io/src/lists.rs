//! Lists: order, pages by cursor and by offset, and how many there are.

use crate::support::{api, expect_error, ids};
use serde_json::Value;
use trailbase_client::{CompareOp, Filter, ListArguments, ListResponse, Pagination, RecordApi};

async fn list(api: &RecordApi, arguments: ListArguments<'_>) -> ListResponse<Value> {
    api.list(arguments).await.expect("it can be listed")
}

fn page(pagination: Pagination) -> ListArguments<'static> {
    ListArguments::new().with_pagination(pagination)
}

pub async fn run() {
    a_list_begins_at_the_highest_key().await;
    cursors_lead_to_the_end().await;
    limits_cut_and_counts_do_not_care().await;
    an_order_by_other_columns_has_no_cursor().await;
    wrong_questions_are_refused().await;
}

async fn a_list_begins_at_the_highest_key() {
    let unasked = list(&api("nights"), ListArguments::new()).await;
    assert_eq!(ids(&unasked), (71..=120).rev().collect::<Vec<i64>>());
    assert_eq!(unasked.total_count, None);
}

/// The last page has a cursor as well, and after it comes nothing.
async fn cursors_lead_to_the_end() {
    let nights = api("nights");
    let up: Vec<i64> = (1..=120).collect();
    let down: Vec<i64> = (1..=120).rev().collect();
    for (order, expected) in [(None, &down), (Some("+id"), &up), (Some("-id"), &down)] {
        let (mut seen, mut sizes, mut cursor) = (Vec::new(), Vec::new(), None);
        loop {
            let mut arguments = page(Pagination::new().with_limit(55).with_cursor(cursor));
            if let Some(order) = order {
                arguments = arguments.with_order([order]);
            }
            let page = list(&nights, arguments).await;
            seen.extend(ids(&page));
            sizes.push(page.records.len());
            cursor = page.cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(&seen, expected);
        assert_eq!(sizes, [55, 55, 10, 0]);
    }
}

/// Offsets are not asked for: this client takes them and does not send them.
async fn limits_cut_and_counts_do_not_care() {
    let nights = api("nights");
    let nothing = list(&nights, page(Pagination::new().with_limit(0)).with_count(true)).await;
    assert_eq!((nothing.records.len(), nothing.total_count), (0, Some(120)));
    let filtered = page(Pagination::new().with_limit(1))
        .with_filters(Filter::new("weekday", CompareOp::Equal, "3"))
        .with_count(true);
    let counted = list(&nights, filtered).await;
    assert_eq!((ids(&counted), counted.total_count), (vec![115], Some(17)));
}

async fn an_order_by_other_columns_has_no_cursor() {
    let rooms = api("rooms");
    let ordered = list(&rooms, ListArguments::new().with_order(["-floor", "price", "+id"])).await;
    assert_eq!(ids(&ordered), [1, 7, 5, 4, 2, 6, 3]);
    assert_eq!(ordered.cursor, None);
    let cursor = list(&rooms, ListArguments::new()).await.cursor;
    let with_cursor = page(Pagination::new().with_cursor(cursor)).with_order(["price"]);
    expect_error(400, rooms.list::<Value>(with_cursor).await);
}

async fn wrong_questions_are_refused() {
    let (nights, rooms) = (api("nights"), api("rooms"));
    expect_error(
        400,
        nights.list::<Value>(page(Pagination::new().with_limit(1025))).await,
    );
    let made_up = page(Pagination::new().with_cursor("made up".to_string()));
    expect_error(400, nights.list::<Value>(made_up).await);
    let of_another_api = list(&nights, ListArguments::new()).await.cursor;
    expect_error(
        400,
        rooms
            .list::<Value>(page(Pagination::new().with_cursor(of_another_api)))
            .await,
    );
    expect_error(
        400,
        rooms.list::<Value>(ListArguments::new().with_order(["nothing"])).await,
    );
}
