//! Every route of the record API, as one table: what must hold for all of them is tested by walking it.

use guesthouse_tests::Server;
use guesthouse_tests::binary::project;
use guesthouse_tests::http::Request;
use std::collections::BTreeSet;

/// One route, with what it takes to use it on a row of a table `(id INTEGER PRIMARY KEY, text TEXT NOT NULL)`.
pub struct Route {
    /// Its name in the component.
    pub name: &'static str,
    pub method: &'static str,
    /// `{api}` and `{id}` stand for themselves, here and in the body.
    path: &'static str,
    body: Option<&'static str>,
    /// What `acl_world` or `acl_authenticated` must contain.
    pub permission: &'static str,
    pub changes: bool,
}

pub const ROUTES: &[Route] = &[
    Route {
        name: "List",
        method: "GET",
        path: "/api/records/v1/{api}",
        body: None,
        permission: "READ",
        changes: false,
    },
    Route {
        name: "Create",
        method: "POST",
        path: "/api/records/v1/{api}",
        body: Some("{\"text\": \"new\"}"),
        permission: "CREATE",
        changes: true,
    },
    Route {
        name: "Read",
        method: "GET",
        path: "/api/records/v1/{api}/{id}",
        body: None,
        permission: "READ",
        changes: false,
    },
    Route {
        name: "Update",
        method: "PATCH",
        path: "/api/records/v1/{api}/{id}",
        body: Some("{\"text\": \"changed\"}"),
        permission: "UPDATE",
        changes: true,
    },
    Route {
        name: "Delete",
        method: "DELETE",
        path: "/api/records/v1/{api}/{id}",
        body: None,
        permission: "DELETE",
        changes: true,
    },
    Route {
        name: "Schema",
        method: "GET",
        path: "/api/records/v1/{api}/schema",
        body: None,
        permission: "SCHEMA",
        changes: false,
    },
    Route {
        name: "Execute",
        method: "POST",
        path: "/api/transaction/v1/execute",
        body: Some("{\"operations\": [{\"Create\": {\"api_name\": \"{api}\", \"value\": {\"text\": \"new\"}}}]}"),
        permission: "CREATE",
        changes: true,
    },
    Route {
        name: "Execute",
        method: "POST",
        path: "/api/transaction/v1/execute",
        body: Some(
            "{\"operations\": [{\"Update\": {\"api_name\": \"{api}\", \"record_id\": \"{id}\", \"value\": {\"text\": \"changed\"}}}]}",
        ),
        permission: "UPDATE",
        changes: true,
    },
    Route {
        name: "Execute",
        method: "POST",
        path: "/api/transaction/v1/execute",
        body: Some("{\"operations\": [{\"Delete\": {\"api_name\": \"{api}\", \"record_id\": {id}}}]}"),
        permission: "DELETE",
        changes: true,
    },
];

impl Route {
    pub fn path(&self, api: &str, id: i64) -> String {
        fill(self.path, api, id)
    }

    /// None where the route reads none.
    pub fn body(&self, api: &str, id: i64) -> Option<String> {
        self.body.map(|body| fill(body, api, id))
    }

    /// The request as a client makes it.
    pub fn request(&self, server: &Server, api: &str, id: i64) -> Request {
        let request = server.request(self.method, &self.path(api, id));
        match self.body(api, id) {
            None => request,
            Some(body) => request.header("content-type", "application/json").body(body),
        }
    }
}

fn fill(template: &str, api: &str, id: i64) -> String {
    template.replace("{api}", api).replace("{id}", &id.to_string())
}

#[test]
fn every_route_of_the_component_is_in_the_table() {
    let source = component_file("src/route.rs");
    let (_, rest) = source
        .split_once("pub enum Route<'a> {\n")
        .expect("the routes are an enumeration");
    let (variants, _) = rest.split_once("\n}").expect("it ends");
    let names = variants
        .lines()
        .filter_map(|line| line.trim().split_once([' ', '(', ',']))
        .map(|(name, _)| name)
        .filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase()));
    let served: BTreeSet<&str> = names.collect();
    let listed: BTreeSet<&str> = ROUTES.iter().map(|route| route.name).collect();
    assert_eq!(served, listed, "a route has no row in this table, or a row no route");
}

#[test]
fn every_path_that_the_component_asks_for_is_in_the_table() {
    let manifest = component_file("component.toml");
    let (_, rest) = manifest.split_once("routes = [").expect("it has routes");
    let (list, _) = rest.split_once(']').expect("the list ends");
    let patterns = list.split('"').skip(1).step_by(2);
    for pattern in patterns {
        let (prefix, _) = pattern.split_once('{').unwrap_or((pattern, ""));
        let is_listed = ROUTES.iter().any(|route| route.path.starts_with(prefix));
        assert!(is_listed, "nothing in this table is below {pattern}");
    }
}

fn component_file(path: &str) -> String {
    std::fs::read_to_string(project().join("builtins/records").join(path)).expect("records has that file")
}
