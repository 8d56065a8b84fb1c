//! What a component made of its grants within some time, and its manifest without those that it made nothing of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml_edit::{DocumentMut, Item, TableLike};

use super::clock::rfc3339;
use super::deploy::Details;
use super::grants::{ANY_DATABASE, Grants, MailGrant, SseGrant, http_line, private_http_line};
use super::manifest::Manifest;
use super::package::unpack::Parts;
use crate::audit::{Usage, Verdict};

/// What a component may do, and did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantsReport {
    pub name: String,
    pub version: u64,
    /// Since when that runs.
    pub deployed: String,
    /// The time that was looked at: so many hours up to now, over all versions of the component.
    pub hours: u32,
    /// What the manifest asks for and the version may do, and then what it was denied.
    pub lines: Vec<UseLine>,
    /// The manifest without what was never used.
    pub manifest: String,
}

/// One grant, or one thing that was denied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseLine {
    /// As lists of grants have it: `sqlite main: read entry`.
    pub resource: String,
    /// The manifest asks for it.
    pub declared: bool,
    /// The version may do it.
    pub granted: bool,
    /// Calls that it was good for.
    pub used: u64,
    /// Calls that were denied.
    pub denied: u64,
    /// The last call, to a few seconds.
    pub last: Option<String>,
    /// Why it stays in the offered manifest though no call used it.
    pub kept: Option<String>,
}

impl GrantsReport {
    /// `usage` is what the component did in so many hours.
    pub fn new(details: Details, parts: &Parts, hours: u32, usage: &[Usage]) -> Result<Self, String> {
        let lines = lines(&details.manifest, &details.grants, parts, usage);
        let manifest = trimmed(&parts.manifest, &lines)?;
        Ok(Self {
            name: details.summary.name,
            version: details.summary.version,
            deployed: details.summary.deployed,
            hours,
            lines,
            manifest,
        })
    }
}

fn lines(manifest: &Manifest, granted: &Grants, parts: &Parts, usage: &[Usage]) -> Vec<UseLine> {
    let every = |grants: &Grants| Grants::widening(&Grants::default(), grants).added;
    let (declared, granted) = (every(&manifest.grants), every(granted));
    let mut lines: Vec<UseLine> = Vec::new();
    for resource in declared
        .iter()
        .chain(granted.iter().filter(|line| !declared.contains(line)))
    {
        lines.push(UseLine::new(
            resource,
            declared.contains(resource),
            granted.contains(resource),
        ));
    }
    for used in usage {
        let by_grant = lines.iter_mut().filter(|line| line.granted);
        let covers: Vec<_> = by_grant
            .filter(|line| covers(&line.resource, &used.resource, &granted))
            .collect();
        match used.verdict {
            Verdict::Allowed => covers.into_iter().for_each(|line| line.add(used)),
            Verdict::Denied => {
                let mut line = UseLine::new(&used.resource, false, false);
                line.add(used);
                lines.push(line);
            }
        }
    }
    for line in &mut lines {
        line.kept = kept(line, parts);
    }
    lines
}

impl UseLine {
    fn new(resource: &str, declared: bool, granted: bool) -> Self {
        Self {
            resource: resource.to_owned(),
            declared,
            granted,
            used: 0,
            denied: 0,
            last: None,
            kept: None,
        }
    }

    fn add(&mut self, usage: &Usage) {
        match usage.verdict {
            Verdict::Allowed => self.used += usage.calls,
            Verdict::Denied => self.denied += usage.calls,
        }
        let last = rfc3339(usage.last_ms);
        self.last = self.last.take().max(Some(last));
    }

    /// Whether the offered manifest does without it.
    pub fn is_dropped(&self) -> bool {
        self.declared && self.used == 0 && self.kept.is_none()
    }
}

/// A line of `sqlite` in its parts: the database, the way, and the table with or without a column.
fn sqlite(line: &str) -> Option<(&str, &str, &str)> {
    let (database, rest) = line.strip_prefix("sqlite ")?.split_once(": ")?;
    let (way, table) = rest.split_once(' ')?;
    Some((database, way, table))
}

/// Whether a call about this was good because of that grant. `granted` are the lines of all grants.
fn covers(grant: &str, resource: &str, granted: &[String]) -> bool {
    if grant == resource {
        return true;
    }
    let (Some((database, way, entry)), Some((touched, touched_way, table))) = (sqlite(grant), sqlite(resource)) else {
        return false;
    };
    let is_named = || {
        granted
            .iter()
            .filter_map(|line| sqlite(line))
            .any(|(named, ..)| named == touched)
    };
    let of_database = database == touched || (database == ANY_DATABASE && !is_named());
    let name = |entry: &str| entry.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let of_table = match entry {
        "*" => !table.starts_with('_') && !table.starts_with("sqlite_"),
        // To know how many rows there are takes a grant of any column.
        entry if entry.contains('.') && table.contains('.') => entry.eq_ignore_ascii_case(table),
        entry => name(entry) == name(table),
    };
    of_database && way == touched_way && of_table
}

/// Why a grant may be needed though no call used it.
fn kept(line: &UseLine, parts: &Parts) -> Option<String> {
    if line.resource.starts_with("services: provide ") {
        return Some("whoever uses the service needs it".to_owned());
    }
    let (database, way, table) = sqlite(&line.resource)?;
    let prefix = format!("{database}/");
    let migrations: Vec<&str> = (parts.migrations.iter())
        .filter(|(path, _)| path.starts_with(&prefix))
        .map(|(_, sql)| sql.as_str())
        .collect();
    let table = table.split('.').next().unwrap_or_default();
    let is_named = |sql: &&str| {
        let mut words = sql.split(|character: char| !character.is_alphanumeric() && character != '_');
        table == "*" || words.any(|word| word.eq_ignore_ascii_case(table))
    };
    let is_needed = migrations.iter().any(is_named) || (way == "schema" && !migrations.is_empty());
    is_needed.then(|| "its migrations name it".to_owned())
}

/// The text of a manifest without the entries of these lines; comments and order stay.
fn trimmed(text: &str, lines: &[UseLine]) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error| format!("the manifest: {error}"))?;
    let dropped = |line: &str| lines.iter().any(|one| one.resource == line && one.is_dropped());
    let Some(grants) = document.get_mut("grants").and_then(Item::as_table_like_mut) else {
        return Ok(text.to_owned());
    };
    if let Some(databases) = grants.get_mut("sqlite").and_then(Item::as_table_like_mut) {
        let names: Vec<String> = databases.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            let Some(grant) = databases.get_mut(&name).and_then(Item::as_table_like_mut) else {
                continue;
            };
            trim(grant, |key, entry| dropped(&format!("sqlite {name}: {key} {entry}")));
            drop_empty(databases, &name);
        }
        drop_empty(grants, "sqlite");
    }
    for (capability, line) in capabilities() {
        if let Some(grant) = grants.get_mut(capability).and_then(Item::as_table_like_mut) {
            trim(grant, |key, entry| dropped(&line(key, entry)));
            drop_empty(grants, capability);
        }
    }
    drop_empty(document.as_table_mut(), "grants");
    Ok(document.to_string())
}

/// How an entry of a list becomes a line, for each capability but `sqlite`.
fn capabilities() -> BTreeMap<&'static str, fn(&str, &str) -> String> {
    let mut lines: BTreeMap<&'static str, fn(&str, &str) -> String> = BTreeMap::new();
    lines.insert("http", |key, entry| match (entry.parse(), key) {
        (Ok(origin), "allow_private") => private_http_line(&origin),
        (Ok(origin), _) => http_line(&origin),
        (Err(_), _) => String::new(),
    });
    lines.insert("mail", |key, entry| match key {
        "inspect" => MailGrant::INSPECT_LINE.to_owned(),
        _ => MailGrant::send_line(entry),
    });
    lines.insert("secrets", |key, entry| format!("secrets: {key} {entry}"));
    lines.insert("services", |key, entry| format!("services: {key} {entry}"));
    lines.insert("sse", SseGrant::line);
    lines
}

/// Takes out entries of lists, and switches.
fn trim(grant: &mut dyn TableLike, dropped: impl Fn(&str, &str) -> bool) {
    let keys: Vec<String> = grant.iter().map(|(key, _)| key.to_owned()).collect();
    for key in keys {
        let is_gone = match grant.get_mut(&key) {
            Some(item) if item.is_bool() => dropped(&key, ""),
            Some(item) => match item.as_array_mut() {
                Some(list) => {
                    list.retain(|entry| !entry.as_str().is_some_and(|entry| dropped(&key, entry)));
                    list.is_empty()
                }
                None => false,
            },
            None => false,
        };
        if is_gone {
            grant.remove(&key);
        }
    }
}

fn drop_empty(table: &mut dyn TableLike, key: &str) {
    let inner = table.get(key).and_then(Item::as_table_like);
    if inner.is_some_and(TableLike::is_empty) {
        table.remove(key);
    }
}

#[cfg(test)]
mod tests;
