//! What a deployment tells about grants: how they differ from those before, and from what the component imports.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::grants::{Grants, GrantsDiff, HttpGrant, MailGrant, SecretsGrant, SseGrant};

const SQLITE: &str = "guesthouse:host/sqlite";
const CHANGES: &str = "guesthouse:host/changes";
const SECRETS: &str = "guesthouse:host/secrets";
const MAIL: &str = "guesthouse:host/mail";
const SSE: &str = "guesthouse:host/sse";
const SERVICES: &str = "guesthouse:host/services";
/// Requests to other servers: in WASI 0.3 and in 0.2.
const HTTP: [&str; 2] = ["wasi:http/client", "wasi:http/outgoing-handler"];

/// An interface whose calls need a grant, where a manifest asks for it, and whether anything of that was granted. What is not
/// named here is open to every component. A service is refused where its own grant is missing, and so is not named.
type Need = (&'static str, &'static str, fn(&Grants) -> bool);
const NEEDS: [Need; 8] = [
    (SQLITE, "[grants.sqlite.DATABASE]", |grants| !grants.sqlite.is_empty()),
    (CHANGES, "`read` of [grants.sqlite.DATABASE]", |grants| {
        grants.sqlite.values().any(|grant| !grant.read.is_empty())
    }),
    (SECRETS, "[grants.secrets]", |grants| {
        grants.secrets != SecretsGrant::default()
    }),
    (MAIL, "[grants.mail]", |grants| grants.mail != MailGrant::default()),
    (SSE, "[grants.sse]", |grants| grants.sse != SseGrant::default()),
    (SERVICES, "`use` of [grants.services]", |grants| {
        !grants.services.uses.is_empty()
    }),
    (HTTP[0], "[grants.http]", |grants| grants.http != HttpGrant::default()),
    (HTTP[1], "[grants.http]", |grants| grants.http != HttpGrant::default()),
];

/// How a version's grants differ from those of the version before it, and from what it imports. Grants are lines for people:
/// `sqlite main: read entry`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GrantsReview {
    pub added: Vec<String>,
    pub removed: Vec<String>,
    /// What it imports without having anything that it needs for that: calls will be `denied`.
    pub missing: Vec<MissingGrant>,
    /// What it is granted and can make no use of, because it does not import what that is for.
    pub unused: Vec<String>,
}

/// An import that nothing is granted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingGrant {
    /// The interface, without its version.
    pub import: String,
    /// Where a manifest asks for it.
    pub grant: String,
}

impl GrantsReview {
    /// Compares what a version is granted with what was `held` before it, with the interfaces whose functions it imports, and
    /// with the databases that its migrations are for.
    pub fn new(held: &Grants, granted: &Grants, imports: &BTreeSet<String>, migrated: &[String]) -> GrantsReview {
        let GrantsDiff { added, removed } = Grants::widening(held, granted);
        let missing = NEEDS
            .into_iter()
            .filter(|(import, _, is_granted)| imports.contains(*import) && !is_granted(granted))
            .map(|(import, grant, _)| MissingGrant {
                import: import.to_owned(),
                grant: grant.to_owned(),
            })
            .collect();
        let unused = without_use(granted.clone(), imports, migrated);
        GrantsReview {
            added,
            removed,
            missing,
            unused: Grants::widening(&Grants::default(), &unused).added,
        }
    }

    /// The same as lines for people, each with a sign before it.
    pub fn lines(&self) -> Vec<String> {
        let added = self.added.iter().map(|line| format!("+ {line}"));
        let removed = self.removed.iter().map(|line| format!("- {line}"));
        let missing = self.missing.iter().map(|MissingGrant { import, grant }| {
            format!("! it imports {import} and asks for nothing under {grant}: its calls will be denied")
        });
        let unused = self
            .unused
            .iter()
            .map(|line| format!("? {line}: it does not import what this is for, so it needs no such grant"));
        added.chain(removed).chain(missing).chain(unused).collect()
    }
}

/// Takes out what there is a use for.
fn without_use(mut grants: Grants, imports: &BTreeSet<String>, migrated: &[String]) -> Grants {
    let imported = |names: &[&str]| names.iter().any(|name| imports.contains(*name));
    grants.sqlite.retain(|database, _| !migrated.contains(database));
    if imported(&[SQLITE]) {
        grants.sqlite.clear();
    } else if imported(&[CHANGES]) {
        grants.sqlite.values_mut().for_each(|grant| grant.read.clear());
    }
    if imported(&HTTP) {
        grants.http = HttpGrant::default();
    }
    if imported(&[SECRETS]) {
        grants.secrets = SecretsGrant::default();
    }
    if imported(&[MAIL]) {
        grants.mail = MailGrant::default();
    }
    if imported(&[SSE]) {
        grants.sse = SseGrant::default();
    }
    // To provide what it does not export is refused.
    grants.services.provide.clear();
    grants.services.uses.retain(|service| !imports.contains(service));
    grants
}

#[cfg(test)]
mod tests {
    use super::*;

    fn review(grants: &str, imports: &[&str], migrated: &[&str]) -> GrantsReview {
        let grants: Grants = serde_json::from_str(grants).expect("grants");
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let imports = own(imports).into_iter().collect();
        GrantsReview::new(&Grants::default(), &grants, &imports, &own(migrated))
    }

    #[test]
    fn every_import_that_needs_a_grant_is_missed_until_there_is_one() {
        for (import, grants) in [
            (SQLITE, r#"{"sqlite": {"main": {"write": ["a"]}}}"#),
            (CHANGES, r#"{"sqlite": {"main": {"read": ["a"]}}}"#),
            (SECRETS, r#"{"secrets": {"generate": ["A"]}}"#),
            (MAIL, r#"{"mail": {"send": ["default"]}}"#),
            (SSE, r#"{"sse": {"publish": ["a"]}}"#),
            (SERVICES, r#"{"services": {"use": ["a:b/c"]}}"#),
            (HTTP[0], r#"{"http": {"allow": ["https://example.com"]}}"#),
            (HTTP[1], r#"{"http": {"allow_private": ["https://example.com"]}}"#),
        ] {
            let missing = review("{}", &[import], &[]).missing;
            assert_eq!(missing.len(), 1, "{import}");
            assert_eq!(missing[0].import, import);
            let enough = review(grants, &[import, "a:b/c"], &[]);
            assert_eq!((enough.missing, enough.unused), (vec![], vec![]), "{import}");
            let unused = review(grants, &[], &[]).unused;
            assert_eq!(unused.len(), 1, "{import}");
        }
    }

    #[test]
    fn what_is_open_to_every_component_is_not_missed() {
        let open = [
            "guesthouse:host/http-messages",
            "wasi:http/types",
            "wasi:clocks/system-clock",
        ];
        assert_eq!(review("{}", &open, &[]), GrantsReview::default());
    }

    #[test]
    fn the_log_of_changes_needs_to_read_and_makes_no_use_of_writing() {
        let grants = r#"{"sqlite": {"main": {"read": ["a"], "write": ["b"]}}}"#;
        assert_eq!(review(grants, &[CHANGES], &[]).unused, ["sqlite main: write b"]);
        let writing = r#"{"sqlite": {"main": {"write": ["b"]}}}"#;
        assert_eq!(review(writing, &[CHANGES], &[]).missing[0].import, CHANGES);
    }

    #[test]
    fn grants_of_a_database_that_it_migrates_are_of_use() {
        let grants = r#"{"sqlite": {"main": {"schema": ["a"]}, "other": {"schema": ["a"]}}}"#;
        assert_eq!(review(grants, &[], &["main"]).unused, ["sqlite other: schema a"]);
    }
}
