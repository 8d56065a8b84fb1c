//! Every route of the record API, as one table: what must hold for all of them is tested by walking it.

use guesthouse_tests::binary::project;

/// One route, with what it takes to use it on a row of a table `(id INTEGER PRIMARY KEY, text TEXT NOT NULL)`.
pub struct Route {
    /// Its name in the component.
    pub name: &'static str,
    pub method: &'static str,
    /// Below `/api/records/v1/`; `{api}` and `{id}` stand for themselves.
    path: &'static str,
    pub body: Option<&'static str>,
    /// What `acl_world` or `acl_authenticated` must contain.
    pub permission: &'static str,
    pub changes: bool,
}

pub const ROUTES: &[Route] = &[
    Route {
        name: "List",
        method: "GET",
        path: "{api}",
        body: None,
        permission: "READ",
        changes: false,
    },
    Route {
        name: "Create",
        method: "POST",
        path: "{api}",
        body: Some("{\"text\": \"new\"}"),
        permission: "CREATE",
        changes: true,
    },
    Route {
        name: "Read",
        method: "GET",
        path: "{api}/{id}",
        body: None,
        permission: "READ",
        changes: false,
    },
    Route {
        name: "Update",
        method: "PATCH",
        path: "{api}/{id}",
        body: Some("{\"text\": \"changed\"}"),
        permission: "UPDATE",
        changes: true,
    },
    Route {
        name: "Delete",
        method: "DELETE",
        path: "{api}/{id}",
        body: None,
        permission: "DELETE",
        changes: true,
    },
    Route {
        name: "Schema",
        method: "GET",
        path: "{api}/schema",
        body: None,
        permission: "SCHEMA",
        changes: false,
    },
];

impl Route {
    pub fn path(&self, api: &str, id: i64) -> String {
        let path = self.path.replace("{api}", api).replace("{id}", &id.to_string());
        format!("/api/records/v1/{path}")
    }
}

#[test]
fn every_route_of_the_component_is_in_the_table() {
    let source = std::fs::read_to_string(project().join("builtins/records/src/route.rs")).expect("records has routes");
    let (_, rest) = source
        .split_once("pub enum Route<'a> {\n")
        .expect("the routes are an enumeration");
    let (variants, _) = rest.split_once("\n}").expect("it ends");
    let names = variants
        .lines()
        .filter_map(|line| line.trim().split_once([' ', '(', ',']))
        .map(|(name, _)| name)
        .filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase()));
    let (mut served, mut listed): (Vec<&str>, Vec<&str>) =
        (names.collect(), ROUTES.iter().map(|route| route.name).collect());
    served.sort_unstable();
    listed.sort_unstable();
    assert_eq!(served, listed, "a route has no row in this table, or a row no route");
}
