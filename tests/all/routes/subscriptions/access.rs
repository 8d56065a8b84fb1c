//! Who may listen: every access list, every role, to all records and to one.

use super::{create, path};
use guesthouse_tests::Server;
use guesthouse_tests::callers::Key;
use guesthouse_tests::events::Events;
use serde_json::json;

const APIS: &str = "
CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL, owner BLOB) STRICT;
INSERT INTO _record_api (name, table_name, acl_world) VALUES ('all', 'note', 'CREATE');
INSERT INTO _record_api (name, table_name, acl_world, acl_authenticated, read_access_rule, enable_subscriptions) VALUES
    ('nobody', 'note', 'CREATE,UPDATE,DELETE,SCHEMA', 'CREATE,UPDATE,DELETE,SCHEMA', NULL, 1),
    ('world', 'note', 'READ', NULL, NULL, 1),
    ('known', 'note', NULL, 'READ', NULL, 1),
    ('annas', 'note', 'READ', NULL, '_ROW_.owner = _USER_.id', 1),
    ('never', 'note', 'READ', 'READ', '1 = 0', 1);
";

/// What says who asks.
const ROLES: [(&str, &[(&str, &str)]); 6] = [
    ("nobody", &[]),
    ("a worthless token", &[("authorization", "Bearer worthless")]),
    ("a worthless cookie", &[("cookie", "api_key=worthless")]),
    ("ben", &[("authorization", "Bearer bens")]),
    ("anna", &[("authorization", "Bearer annas")]),
    // Whoever only listens changes nothing, and needs no other proof.
    ("anna by her cookie", &[("cookie", "api_key=annas")]),
];

#[test]
fn lists_and_rules_open_streams_to_their_own_audience() {
    let server = Server::prepare().migration("U1__apis.sql", APIS).start();
    let anna = Key {
        request_token: Some("meant"),
        ..Key::new("annas", b"anna------------")
    };
    server.deploy_api_keys(&[anna, Key::new("bens", b"ben-------------")]);
    create(&server, json!({"text": "a", "owner": "YW5uYS0tLS0tLS0tLS0tLQ=="}));
    for (role, fields) in ROLES {
        let is_anna = role.starts_with("anna");
        let is_known = is_anna || role == "ben";
        for (api, all, one) in [
            ("nobody", false, false),
            ("world", true, true),
            ("known", is_known, is_known),
            ("annas", true, is_anna),
            ("never", true, false),
        ] {
            for (id, is_open) in [("*", all), ("1", one)] {
                let events = Events::try_open(server.address(), &path(api, id), fields).expect("an answer");
                let expected = if is_open { 200 } else { 403 };
                assert_eq!(events.head.status, expected, "{role}: {api} {id}");
            }
        }
    }
}
