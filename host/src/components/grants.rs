//! What a version may do, in a normal form, and how two sets of grants differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::origin::{OriginPattern, Scheme};

/// In the place of a database's name: every database without grants of its own, but for those of the host. It opens those
/// that exist and makes none.
pub const ANY_DATABASE: &str = "*";

/// Databases that belong to the host itself.
pub const HOST_DATABASES: [&str; 2] = ["host", "logs"];

/// Everything granted to a version. Nothing that is not named here is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Grants {
    /// By the name of the database, or [`ANY_DATABASE`].
    pub sqlite: BTreeMap<String, SqliteGrant>,
    pub http: HttpGrant,
    pub secrets: SecretsGrant,
    pub services: ServicesGrant,
    pub mail: MailGrant,
    pub sse: SseGrant,
}

/// Tables (`table`, `table.column`, `*`) of one database; every list is sorted and free of duplicates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SqliteGrant {
    pub read: Vec<String>,
    pub write: Vec<String>,
    pub schema: Vec<String>,
}

/// Servers that may be called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpGrant {
    /// At public addresses only.
    pub allow: Vec<OriginPattern>,
    /// At private, loopback and link-local addresses too.
    pub allow_private: Vec<OriginPattern>,
}

/// Secrets by name; every list is sorted and free of duplicates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecretsGrant {
    pub read: Vec<String>,
    /// To be made of random bytes where there is none, and read.
    pub generate: Vec<String>,
    /// To be set and removed.
    pub write: Vec<String>,
}

impl SecretsGrant {
    /// The lists, by their keys in a manifest.
    pub fn ways(&self) -> [(&'static str, &[String]); 3] {
        [
            ("read", &self.read),
            ("generate", &self.generate),
            ("write", &self.write),
        ]
    }
}

/// Services by the names of their interfaces, without versions; both lists are sorted and free of duplicates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServicesGrant {
    /// Those that the component is for others.
    pub provide: Vec<String>,
    /// Those of others that it may call.
    #[serde(rename = "use")]
    pub uses: Vec<String>,
}

/// Electronic mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailGrant {
    /// As whom: addresses, `default` for the server's sender, `*` for anybody. Sorted and free of duplicates.
    pub send: Vec<String>,
    /// To see what all components have sent.
    pub inspect: bool,
}

impl MailGrant {
    fn lines_beyond(&self, other: &MailGrant) -> Vec<String> {
        let is_held = |sender: &String| other.send.contains(sender) || other.send.iter().any(|held| held == "*");
        let wanted = self.send.iter().filter(|sender| !is_held(sender));
        let mut lines: Vec<String> = wanted.map(|sender| Self::send_line(sender)).collect();
        if self.inspect && !other.inspect {
            lines.push(Self::INSPECT_LINE.to_owned());
        }
        lines
    }

    /// The line of a grant to look at everybody's mail.
    pub const INSPECT_LINE: &str = "mail: see what all components have sent";

    /// The line of a grant to send as somebody.
    pub fn send_line(sender: &str) -> String {
        match sender {
            "*" => "mail: send as anybody".to_owned(),
            "default" => "mail: send as the server".to_owned(),
            address => format!("mail: send as {address}"),
        }
    }
}

/// Topics of Server-Sent Events, where a final `*` stands for any end; both lists are sorted and free of duplicates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SseGrant {
    /// Those that it may send events to.
    pub publish: Vec<String>,
    /// Those that it may let clients listen to.
    pub listen: Vec<String>,
}

impl SseGrant {
    pub fn may_publish(&self, topic: &str) -> bool {
        covering_topic(&self.publish, topic).is_some()
    }

    pub fn may_listen(&self, topic: &str) -> bool {
        covering_topic(&self.listen, topic).is_some()
    }

    /// The line of an entry of a list.
    pub fn line(list: &str, topic: &str) -> String {
        match list {
            "publish" => format!("sse: {PUBLISH} {topic}"),
            _ => format!("sse: {LISTEN} {topic}"),
        }
    }

    /// The line of the grant by which it may publish to a topic.
    pub fn publish_line(&self, topic: &str) -> Option<String> {
        covering_topic(&self.publish, topic).map(|granted| format!("sse: {PUBLISH} {granted}"))
    }

    /// The line of the grant by which it may let clients listen to a topic.
    pub fn listen_line(&self, topic: &str) -> Option<String> {
        covering_topic(&self.listen, topic).map(|granted| format!("sse: {LISTEN} {granted}"))
    }

    fn lines_beyond(&self, other: &SseGrant) -> Vec<String> {
        let ways = [
            (PUBLISH, &self.publish, &other.publish),
            (LISTEN, &self.listen, &other.listen),
        ];
        let lines = ways.into_iter().flat_map(|(way, wanted, held)| {
            let beyond = wanted.iter().filter(|topic| covering_topic(held, topic).is_none());
            beyond.map(move |topic| format!("sse: {way} {topic}"))
        });
        lines.collect()
    }
}

const PUBLISH: &str = "publish to";
const LISTEN: &str = "listen to";

/// What is held that covers a topic, or all that begin as a pattern does.
fn covering_topic<'a>(held: &'a [String], topic: &str) -> Option<&'a String> {
    held.iter().find(|held| match held.strip_suffix('*') {
        Some(beginning) => topic.starts_with(beginning),
        None => **held == topic,
    })
}

/// What the grants say about a call to one origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpDecision {
    Denied,
    PublicOnly,
    PrivateToo,
}

/// The line of a grant to call an origin at public addresses.
pub fn http_line(origin: &OriginPattern) -> String {
    format!("http: call {origin}")
}

/// The line of a grant to call an origin at private addresses as well.
pub fn private_http_line(origin: &OriginPattern) -> String {
    format!("http: call {origin}, at private addresses too")
}

/// What one set of grants allows and another does not, as lines for people: `sqlite main: read entry`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantsDiff {
    pub added: Vec<String>,
    pub removed: Vec<String>,
}

impl HttpGrant {
    pub fn decide(&self, scheme: Scheme, host: &str, port: u16) -> HttpDecision {
        let any = |patterns: &[OriginPattern]| patterns.iter().any(|pattern| pattern.matches(scheme, host, port));
        if any(&self.allow_private) {
            HttpDecision::PrivateToo
        } else if any(&self.allow) {
            HttpDecision::PublicOnly
        } else {
            HttpDecision::Denied
        }
    }

    /// The line of the grant by which an origin may be called.
    pub fn line(&self, scheme: Scheme, host: &str, port: u16) -> Option<String> {
        let find = |patterns: &'_ [OriginPattern], line: fn(&OriginPattern) -> String| {
            let covers = patterns.iter().find(|pattern| pattern.matches(scheme, host, port));
            covers.map(line)
        };
        find(&self.allow_private, private_http_line).or_else(|| find(&self.allow, http_line))
    }
}

impl Grants {
    /// What `new` allows beyond `old`, and what it no longer allows. A grant inside a wider one is no difference.
    pub fn widening(old: &Grants, new: &Grants) -> GrantsDiff {
        GrantsDiff {
            added: new.lines_beyond(old),
            removed: old.lines_beyond(new),
        }
    }

    fn sqlite_grant(&self, database: &str) -> Option<&SqliteGrant> {
        self.sqlite.get(database).or_else(|| self.sqlite.get(ANY_DATABASE))
    }

    fn lines_beyond(&self, other: &Grants) -> Vec<String> {
        let mut lines = Vec::new();
        let nothing = SqliteGrant::default();
        // A database that only the other one names may be under the `*` of this one.
        let databases: BTreeSet<&String> = self.sqlite.keys().chain(other.sqlite.keys()).collect();
        for database in databases {
            let grant = self.sqlite_grant(database).unwrap_or(&nothing);
            let held = other.sqlite_grant(database).unwrap_or(&nothing);
            let kinds = [
                ("read", &grant.read, &held.read),
                ("write", &grant.write, &held.write),
                ("schema", &grant.schema, &held.schema),
            ];
            for (kind, wanted, held) in kinds {
                let beyond = wanted.iter().filter(|entry| !tables_cover(held, entry));
                lines.extend(beyond.map(|entry| format!("sqlite {database}: {kind} {entry}")));
            }
        }
        let held = &other.http;
        for origin in &self.http.allow {
            if !origins_cover(&held.allow, origin) && !origins_cover(&held.allow_private, origin) {
                lines.push(http_line(origin));
            }
        }
        for origin in &self.http.allow_private {
            if !origins_cover(&held.allow_private, origin) {
                lines.push(private_http_line(origin));
            }
        }
        for ((way, wanted), (_, held)) in self.secrets.ways().into_iter().zip(other.secrets.ways()) {
            let beyond = wanted.iter().filter(|name| !held.contains(name));
            lines.extend(beyond.map(|name| format!("secrets: {way} {name}")));
        }
        let kinds = [
            ("provide", &self.services.provide, &other.services.provide),
            ("use", &self.services.uses, &other.services.uses),
        ];
        for (kind, wanted, held) in kinds {
            let beyond = wanted.iter().filter(|service| !held.contains(service));
            lines.extend(beyond.map(|service| format!("services: {kind} {service}")));
        }
        lines.extend(self.mail.lines_beyond(&other.mail));
        lines.extend(self.sse.lines_beyond(&other.sse));
        lines
    }
}

/// Sorted and free of duplicates.
pub fn normal<T: Ord>(mut entries: Vec<T>) -> Vec<T> {
    entries.sort();
    entries.dedup();
    entries
}

fn tables_cover(held: &[String], entry: &str) -> bool {
    let table = entry.split_once('.').map_or(entry, |(table, _)| table);
    held.iter()
        .any(|held| held == entry || held == table || (held == "*" && is_under_star(table)))
}

/// `*` stands for every table that neither the host, a built-in nor SQLite keeps for itself.
fn is_under_star(table: &str) -> bool {
    !table.starts_with('_') && !table.to_ascii_lowercase().starts_with("sqlite_")
}

fn origins_cover(held: &[OriginPattern], origin: &OriginPattern) -> bool {
    held.iter().any(|held| held.covers(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sqlite(read: &[&str], write: &[&str]) -> Grants {
        let own = |entries: &[&str]| normal(entries.iter().map(|entry| (*entry).to_owned()).collect());
        let grant = SqliteGrant {
            read: own(read),
            write: own(write),
            schema: Vec::new(),
        };
        Grants {
            sqlite: BTreeMap::from([("main".to_owned(), grant)]),
            ..Grants::default()
        }
    }

    #[test]
    fn providing_and_using_a_service_are_two_grants() {
        let grants = |provide: &[&str], uses: &[&str]| {
            let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            Grants {
                services: ServicesGrant {
                    provide: own(provide),
                    uses: own(uses),
                },
                ..Grants::default()
            }
        };
        let diff = Grants::widening(&grants(&["a:b/c"], &[]), &grants(&[], &["a:b/c"]));
        assert_eq!(diff.added, ["services: use a:b/c"]);
        assert_eq!(diff.removed, ["services: provide a:b/c"]);
    }

    #[test]
    fn each_way_to_use_a_secret_is_a_grant_of_its_own() {
        let grants = |read: &[&str], write: &[&str]| {
            let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            let secrets = SecretsGrant {
                read: own(read),
                write: own(write),
                generate: Vec::new(),
            };
            Grants {
                secrets,
                ..Grants::default()
            }
        };
        let diff = Grants::widening(&grants(&["A", "B"], &[]), &grants(&["B"], &["B"]));
        assert_eq!(diff.added, ["secrets: write B"]);
        assert_eq!(diff.removed, ["secrets: read A"]);
    }

    #[test]
    fn to_send_as_anybody_covers_to_send_as_one() {
        let grants = |send: &[&str], inspect| {
            let mail = MailGrant {
                send: send.iter().map(|sender| (*sender).to_owned()).collect(),
                inspect,
            };
            Grants {
                mail,
                ..Grants::default()
            }
        };
        let diff = Grants::widening(&grants(&["*"], false), &grants(&["a@b.org", "default"], true));
        assert_eq!(diff.added, ["mail: see what all components have sent"]);
        assert_eq!(diff.removed, ["mail: send as anybody"]);
        let diff = Grants::widening(&grants(&["a@b.org"], true), &grants(&["default"], true));
        assert_eq!(diff.added, ["mail: send as the server"]);
    }

    #[test]
    fn a_topic_is_covered_by_the_beginnings_of_it() {
        let grants = |publish: &[&str], listen: &[&str]| {
            let own = |topics: &[&str]| topics.iter().map(|topic| (*topic).to_owned()).collect();
            let sse = SseGrant {
                publish: own(publish),
                listen: own(listen),
            };
            Grants {
                sse,
                ..Grants::default()
            }
        };
        let diff = Grants::widening(
            &grants(&["chat/*"], &["a"]),
            &grants(&["chat/1", "chat/1/*", "cha*"], &["a", "a*"]),
        );
        assert_eq!(diff.added, ["sse: publish to cha*", "sse: listen to a*"]);
        assert_eq!(diff.removed, Vec::<String>::new());
        let grant = grants(&["chat/*"], &["a"]).sse;
        assert!(grant.may_publish("chat/") && grant.may_publish("chat/1*") && !grant.may_publish("chat"));
        assert!(grant.may_listen("a") && !grant.may_listen("ab") && !grant.may_listen("chat/1"));
    }

    #[test]
    fn a_column_of_a_granted_table_is_no_widening() {
        let diff = Grants::widening(&sqlite(&["entry"], &[]), &sqlite(&["entry.title"], &[]));
        assert_eq!(diff.added, Vec::<String>::new());
        assert_eq!(diff.removed, ["sqlite main: read entry"]);
    }

    #[test]
    fn a_table_after_a_column_is_a_widening() {
        let diff = Grants::widening(&sqlite(&["entry.title"], &[]), &sqlite(&["entry"], &["entry"]));
        assert_eq!(diff.added, ["sqlite main: read entry", "sqlite main: write entry"]);
        assert!(diff.removed.is_empty());
    }

    #[test]
    fn the_star_covers_ordinary_tables_only() {
        let diff = Grants::widening(
            &sqlite(&["*"], &[]),
            &sqlite(&["*", "_secret", "entry", "sqlite_schema"], &[]),
        );
        assert_eq!(
            diff.added,
            ["sqlite main: read _secret", "sqlite main: read sqlite_schema"]
        );
    }

    #[test]
    fn any_database_is_each_that_has_no_grants_of_its_own() {
        let of = |databases: &[(&str, &str)]| Grants {
            sqlite: (databases.iter())
                .map(|(name, table)| {
                    let read = vec![(*table).to_owned()];
                    (
                        (*name).to_owned(),
                        SqliteGrant {
                            read,
                            ..SqliteGrant::default()
                        },
                    )
                })
                .collect(),
            ..Grants::default()
        };
        let added = |old: &Grants, new: &Grants| Grants::widening(old, new).added;
        let (any, narrow) = (of(&[("*", "*")]), of(&[("*", "*"), ("shop", "good")]));
        assert_eq!(added(&Grants::default(), &any), ["sqlite *: read *"]);
        assert_eq!(added(&any, &narrow), Vec::<String>::new());
        assert_eq!(added(&narrow, &any), ["sqlite shop: read *"]);
        assert_eq!(added(&any, &of(&[("shop", "_secret")])), ["sqlite shop: read _secret"]);
    }

    #[test]
    fn private_addresses_are_a_widening_of_public_ones_and_not_the_reverse() {
        let grants = |allow: &[&str], allow_private: &[&str]| {
            let parse = |texts: &[&str]| texts.iter().map(|text| text.parse().expect("an origin")).collect();
            Grants {
                http: HttpGrant {
                    allow: parse(allow),
                    allow_private: parse(allow_private),
                },
                ..Grants::default()
            }
        };
        let public = grants(&["https://*.example.org"], &[]);
        let private = grants(&[], &["https://a.example.org"]);
        assert_eq!(
            Grants::widening(&public, &private).added,
            ["http: call https://a.example.org, at private addresses too"]
        );
        assert!(
            Grants::widening(&private, &grants(&["https://a.example.org"], &[]))
                .added
                .is_empty()
        );
        assert_eq!(
            private.http.decide(Scheme::Https, "A.example.org", 443),
            HttpDecision::PrivateToo
        );
        assert_eq!(
            public.http.decide(Scheme::Https, "example.org", 443),
            HttpDecision::Denied
        );
        assert_eq!(
            public.http.decide(Scheme::Https, "b.example.org", 443),
            HttpDecision::PublicOnly
        );
    }
}
