//! Which route is open to whom: every route, every access list that matters to it, every role.

use super::every_route::{ROUTES, Route};
use guesthouse_tests::Server;

/// What one may be allowed to do with an API.
const PERMISSIONS: [&str; 5] = ["CREATE", "READ", "UPDATE", "DELETE", "SCHEMA"];

/// Who asks: a header that says so.
const ROLES: [(&str, Option<(&str, &str)>); 3] = [
    ("nobody", None),
    (
        "somebody with a worthless token",
        Some(("authorization", "Bearer worthless")),
    ),
    (
        "somebody with a worthless cookie",
        Some(("cookie", "auth_token=worthless; refresh_token=worthless")),
    ),
];

/// For each permission an API that gives it alone, and one that gives all the others; further, one that gives nothing.
fn start() -> Server {
    let mut sql = String::from(
        "CREATE TABLE page (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
         WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 200)
         INSERT INTO page (id, text) SELECT n, 'old' FROM number;
         INSERT INTO _record_api (name, table_name) VALUES ('nothing', 'page');\n",
    );
    for permission in PERMISSIONS {
        let others: Vec<&str> = PERMISSIONS.into_iter().filter(|other| *other != permission).collect();
        for (api, list) in [("only", permission.to_string()), ("all_but", others.join(","))] {
            sql += &format!(
                "INSERT INTO _record_api (name, table_name, acl_world) VALUES ('{api}_{permission}', 'page', '{list}');
                 INSERT INTO _record_api (name, table_name, acl_authenticated)
                 VALUES ('callers_{api}_{permission}', 'page', '{list}');\n"
            );
        }
    }
    sql += "INSERT INTO _record_api (name, table_name, acl_world) VALUES ('witness', 'page', 'READ');";
    Server::prepare().migration("U1__pages.sql", &sql).start()
}

/// Uses a route as somebody, on a row that no other attempt uses; returns the status.
fn attempt(server: &Server, route: &Route, api: &str, id: i64, header: Option<(&str, &str)>) -> u16 {
    let mut request = route.request(server, api, id);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    request.send().status
}

/// The whole table, as whoever may read all of it sees it.
fn rows(server: &Server) -> String {
    let answer = server.get("/api/records/v1/witness?limit=1000&order=id");
    answer.expect_status(200);
    answer.text()
}

#[test]
fn a_permission_opens_its_own_routes_and_no_other() {
    let server = start();
    let mut id = 0;
    for route in ROUTES {
        for (role, header) in ROLES {
            id += 1;
            let api = format!("only_{}", route.permission);
            let status = attempt(&server, route, &api, id, header);
            assert_eq!(status, 200, "{} of {api}, as {role}", route.name);
            let before = rows(&server);
            for api in [
                format!("all_but_{}", route.permission),
                // They are not signed in.
                format!("callers_only_{}", route.permission),
                format!("callers_all_but_{}", route.permission),
                "nothing".to_string(),
            ] {
                let status = attempt(&server, route, &api, id, header);
                assert_eq!(status, 403, "{} of {api}, as {role}", route.name);
            }
            assert_eq!(rows(&server), before, "{} was refused, and did something", route.name);
        }
    }
}

#[test]
fn what_is_refused_does_not_tell_whether_the_row_is_there() {
    let server = start();
    for route in ROUTES {
        let api = format!("all_but_{}", route.permission);
        let known = route.request(&server, &api, 1).send();
        let unknown = route.request(&server, &api, 4711).send();
        assert_eq!(
            (known.status, known.body),
            (unknown.status, unknown.body),
            "{}",
            route.name
        );
    }
}

#[test]
fn no_route_of_an_unknown_api_is_allowed() {
    let server = start();
    for route in ROUTES {
        for api in [
            "unknown",
            "page",
            "_record_api",
            "only_READ%27",
            "ONLY_READ",
            ".",
            "%2e%2e",
        ] {
            let answer = route.request(&server, api, 1).send();
            // A path with dots is another path, which nobody serves.
            assert!(
                matches!(answer.status, 404 | 405),
                "{} of {api}: {}",
                route.name,
                answer.status
            );
            assert_eq!(answer.text(), "", "{} of {api}", route.name);
        }
    }
}
