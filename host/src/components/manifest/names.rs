//! Which names a manifest may give: of components, databases, tables and columns, secrets, services, senders.

use crate::capability::mail::check_address;
use crate::components::services;
use crate::limits;

use crate::components::grants::HOST_DATABASES;

/// What is wrong with the name of a component, if anything.
pub fn component_name_mistake(name: &str) -> Option<String> {
    (!is_identifier(name, b'-'))
        .then(|| format!("`{name}` is no name for a component: use a letter, then letters, digits and `-`, all lower case, at most 63"))
}

/// What is wrong with the name of a command, if anything.
pub fn command_name_mistake(name: &str) -> Option<String> {
    (!is_identifier(name, b'-')).then(|| {
        format!(
            "`{name}` is no name for a command: use a letter, then letters, digits and `-`, all lower case, at most 63"
        )
    })
}

/// What is wrong with the name of a database, if anything.
pub fn database_name_mistake(name: &str) -> Option<String> {
    if HOST_DATABASES.contains(&name) {
        return Some(format!(
            "the database `{name}` belongs to the host itself; it can be neither granted nor migrated"
        ));
    }
    (!is_identifier(name, b'_')).then(|| {
        format!(
            "`{name}` is no name for a database: use a letter, then letters, digits and `_`, all lower case, at most 63"
        )
    })
}

/// What is wrong with the name of a secret, if anything. Whatever else the host keeps beside the secrets has a `-` or a `.` in its
/// name, and so is none of them.
pub fn secret_name_mistake(name: &str) -> Option<String> {
    let is_name = (1..=limits::SECRET_NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (!is_name).then(|| {
        format!(
            "`{}` is no name for a secret: use letters, digits and `_`, at most {}",
            name.escape_debug(),
            limits::SECRET_NAME_BYTES_MAX
        )
    })
}

/// What is wrong with the name of a service, if anything: `package:name/interface`, as an interface is named in WIT.
pub fn service_name_mistake(name: &str) -> Option<String> {
    if let Some((unversioned, _)) = name.split_once('@') {
        return Some(format!(
            "`{name}`: leave the version out, it is that of the component: `{unversioned}`"
        ));
    }
    if !services::is_service(name) {
        return Some(format!(
            "`{name}` is no service: the host provides that interface itself, or calls it"
        ));
    }
    let is_part = |part: &str| {
        part.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let parts = name
        .split_once(':')
        .and_then(|(package, rest)| Some((package, rest.split_once('/')?)));
    let is_interface = name.len() <= limits::SERVICE_NAME_BYTES_MAX
        && parts.is_some_and(|(package, (name, interface))| [package, name, interface].into_iter().all(is_part));
    (!is_interface).then(|| format!("`{name}` is no name of an interface, which looks like `package:name/interface`"))
}

/// What is wrong with an entry of `grants.mail.send`, if anything.
pub fn sender_mistake(sender: &str) -> Option<String> {
    let is_sender = matches!(sender, "*" | "default") || check_address(sender).is_ok();
    (!is_sender).then(|| {
        format!(
            "`{}` is no sender: use an address, `default` for the one that the server is configured with, or `*` for any",
            sender.escape_debug()
        )
    })
}

/// What is wrong with an entry of `grants.sse`, if anything.
pub fn topic_mistake(topic: &str) -> Option<String> {
    let beginning = topic.strip_suffix('*').unwrap_or(topic);
    let is_topic = !topic.is_empty()
        && topic.len() <= limits::SSE_TOPIC_BYTES_MAX
        && !beginning.contains(|character: char| character == '*' || character.is_control());
    (!is_topic).then(|| {
        format!(
            "`{}` is no topic: use a name such as `chat/lobby`, or `chat/*` for all that begin so, at most {} bytes",
            topic.escape_debug(),
            limits::SSE_TOPIC_BYTES_MAX
        )
    })
}

fn is_identifier(name: &str, joiner: u8) -> bool {
    (1..=63).contains(&name.len())
        && name.as_bytes()[0].is_ascii_lowercase()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == joiner)
}

/// The three kinds of a grant on tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableGrant {
    Read,
    Write,
    Schema,
}

/// What is wrong with one entry of a list of tables, if anything: `table`, `table.column`, `*`, `sqlite_schema`.
pub fn table_mistake(entry: &str, kind: TableGrant) -> Option<String> {
    if entry == "*" {
        return None;
    }
    let (table, column) = match entry.split_once('.') {
        Some((table, column)) => (table, Some(column)),
        None => (entry, None),
    };
    if !is_sql_name(table) || !column.is_none_or(is_sql_name) {
        return Some(format!("`{entry}` is neither `table` nor `table.column` nor `*`"));
    }
    if column.is_some() && kind == TableGrant::Schema {
        return Some(format!(
            "`{entry}`: tables are created and dropped as a whole, so name no column here"
        ));
    }
    let reads_schema = kind == TableGrant::Read && entry == "sqlite_schema";
    if table.to_ascii_lowercase().starts_with("sqlite_") && !reads_schema {
        return Some(format!(
            "`{entry}` belongs to SQLite; only `sqlite_schema` can be granted, for reading"
        ));
    }
    if kind != TableGrant::Read && table.eq_ignore_ascii_case("_migration") {
        return Some(format!("`{entry}` is written by the host alone"));
    }
    None
}

/// Letters of any script, digits, `_`, `$`, `-` and blanks: what people name tables, and nothing that needs escaping.
fn is_sql_name(name: &str) -> bool {
    let allowed = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$' | '-' | ' ');
    (1..=128).contains(&name.len()) && name.chars().all(allowed)
}
