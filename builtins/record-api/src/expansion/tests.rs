//! Tests which references an API may expand.

use crate::examples::Described;
use crate::schema::{ColumnKind, Refusal};

fn why_not(change: impl Fn(&mut Described)) -> String {
    let mut described = Described::expanding();
    change(&mut described);
    match described.api() {
        Err(Refusal::Misconfigured(why)) => why,
        other => panic!("expected a misconfiguration: {other:?}"),
    }
}

/// Sets one value of every row that describes a referenced column.
fn referenced(described: &mut Described, index: usize, value: &str) {
    for row in &mut described.referenced_columns {
        row[index] = value.into();
    }
}

#[test]
fn what_cannot_be_expanded_says_why() {
    for (names, why) in [
        ("text", "it expands text, which references no table"),
        (
            "nothing",
            "it expands nothing, which is no column of its table that clients may see",
        ),
        (
            "_secret",
            "it expands _secret, which is no column of its table that clients may see",
        ),
        (
            "excluded",
            "it expands excluded, which is no column of its table that clients may see",
        ),
    ] {
        assert_eq!(why_not(|described| described.configuration[9] = names.into()), why);
    }
    assert_eq!(
        why_not(|described| referenced(described, 7, "_user")),
        "it expands stars, which references _user: tables named _... stay inside"
    );
    assert_eq!(
        why_not(|described| referenced(described, 8, "plan")),
        "it expands stars, which does not reference the key of place, or that is several columns"
    );
    assert_eq!(
        why_not(|described| described.referenced_columns[1][4] = 2.into()),
        "it expands stars, which does not reference the key of place, or that is several columns"
    );
    assert_eq!(
        why_not(|described| described.referenced_columns[0][9] = false.into()),
        "it expands stars, which references place, which is not STRICT"
    );
}

#[test]
fn columns_that_clients_may_see_are_carried_with_their_kinds() {
    let api = Described::expanding().api().unwrap();
    let names: Vec<_> = api
        .expansions
        .iter()
        .map(|expansion| expansion.column.as_str())
        .collect();
    assert_eq!(names, ["stars", "data"]);
    let columns: Vec<_> = (api.expansions[0].columns.iter())
        .map(|column| (column.name.as_str(), column.kind))
        .collect();
    assert_eq!(columns, [("code", ColumnKind::Text), ("plan", ColumnKind::Json)]);
}
