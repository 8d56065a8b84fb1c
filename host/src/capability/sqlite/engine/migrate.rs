//! Schema migrations: numbered SQL files, each applied once, in one transaction, under its owner's grants.

use std::{collections::HashSet, fmt::Write, sync::Arc};

use sha2::{Digest, Sha256};

use super::{
    connection::Connection,
    error::Error,
    limits,
    role::Role,
    settings::Settings,
    value::{Statement, Value},
};

/// One file `U<version>__<name>.sql`.
#[derive(Clone, Debug)]
pub struct Migration {
    pub version: i64,
    pub name: String,
    pub sql: String,
}

impl Migration {
    /// The SHA-256 of its text, in hexadecimal.
    pub fn digest(&self) -> String {
        let digest = Sha256::digest(self.sql.as_bytes());
        digest.iter().fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// A migration that this call applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub version: i64,
    pub name: String,
}

/// Why migrations stopped. Those applied before stay; the one that failed left nothing behind.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MigrationError {
    /// A statement failed.
    #[error("migration U{version}__{name} of {set} failed: {error}, in: {statement}")]
    Failed {
        set: String,
        version: i64,
        name: String,
        statement: String,
        error: Error,
    },
    /// The text of an applied migration is another one now.
    #[error(
        "migration U{version}__{name} of {set} was changed after it was applied; put it back as it was, and write what is new \
         into a migration of its own"
    )]
    Changed { set: String, version: i64, name: String },
    /// Two migrations of a set have the same version.
    #[error("{set} has two migrations of version {version}")]
    Duplicate { set: String, version: i64 },
    /// The database failed before any statement ran.
    #[error(transparent)]
    Database(#[from] Error),
}

const CREATE: &str = "CREATE TABLE IF NOT EXISTS _migration (set_name TEXT NOT NULL, version INTEGER NOT NULL,
    name TEXT NOT NULL, sha256 TEXT NOT NULL, applied INTEGER NOT NULL, PRIMARY KEY (set_name, version)) STRICT";
const INSERT: &str =
    "INSERT INTO _migration (set_name, version, name, sha256, applied) VALUES (?1, ?2, ?3, ?4, unixepoch())";
const IS_CREATED: &str = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_migration'";
const TRIGGERS: &str = "SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'trigger'";

/// The migrations of one owner.
pub struct Set<'a> {
    pub role: &'a Arc<Role>,
    pub name: &'a str,
    pub settings: &'a Settings,
}

impl Set<'_> {
    /// Applies what was not applied yet, in order of version. Calls `committed` after each.
    pub fn apply(
        &self,
        connection: &mut Connection,
        mut migrations: Vec<Migration>,
        mut committed: impl FnMut(&mut Connection) -> Result<(), Error>,
    ) -> Result<Vec<Applied>, MigrationError> {
        migrations.sort_by_key(|migration| migration.version);
        if let Some(pair) = migrations.windows(2).find(|pair| pair[0].version == pair[1].version) {
            return Err(MigrationError::Duplicate {
                set: self.name.into(),
                version: pair[0].version,
            });
        }
        if connection
            .own_with(&Statement::new(IS_CREATED, Vec::new()))?
            .values
            .is_empty()
        {
            connection.own(CREATE)?;
            connection.refresh()?;
        }
        let mut applied = Vec::new();
        for migration in migrations {
            if self.is_applied(connection, &migration)? {
                continue;
            }
            connection.limit_time(self.settings.migration_time);
            let result = self.apply_one(connection, &migration);
            connection.lift_time_limit();
            if let Err((statement, error)) = result {
                connection.roll_back()?;
                return Err(self.failed(migration, &statement, error));
            }
            committed(connection)?;
            applied.push(Applied {
                version: migration.version,
                name: migration.name,
            });
        }
        Ok(applied)
    }

    fn is_applied(&self, connection: &mut Connection, migration: &Migration) -> Result<bool, MigrationError> {
        let sql = "SELECT sha256 FROM _migration WHERE set_name = ?1 AND version = ?2";
        let key = vec![Value::Text(self.name.into()), Value::Integer(migration.version)];
        match connection
            .own_with(&Statement::new(sql, key))?
            .values
            .into_iter()
            .next()
        {
            None => Ok(false),
            Some(Value::Text(known)) if known == migration.digest() => Ok(true),
            Some(_) => Err(MigrationError::Changed {
                set: self.name.into(),
                version: migration.version,
                name: migration.name.clone(),
            }),
        }
    }

    /// On failure gives the statement too.
    fn apply_one(&self, connection: &mut Connection, migration: &Migration) -> Result<(), (String, Error)> {
        let engine = |error| (String::new(), error);
        connection.begin().map_err(engine)?;
        let (names, triggers) = (
            object_names(connection).map_err(engine)?,
            triggers(connection).map_err(engine)?,
        );
        let mut rest = migration.sql.as_str();
        loop {
            let length = connection
                .run_migration_statement(self.role, rest)
                .map_err(|error| (rest.to_owned(), error))?;
            let Some(length) = length else { break };
            // An INSERT OR ROLLBACK or a trigger may have ended the transaction without an error of its own.
            if !connection.in_transaction() {
                return Err((
                    rest[..length].to_owned(),
                    Error::Sql("the statement ended the transaction".into()),
                ));
            }
            rest = &rest[length..];
        }
        if !self.role.is_host() {
            self.check_new_objects(connection, &names).map_err(engine)?;
            self.check_triggers(connection, &triggers).map_err(engine)?;
        }
        let row = vec![
            Value::Text(self.name.into()),
            Value::Integer(migration.version),
            Value::Text(migration.name.clone()),
            Value::Text(migration.digest()),
        ];
        connection.own_with(&Statement::new(INSERT, row)).map_err(engine)?;
        connection.lift_time_limit();
        connection.commit().map_err(engine)
    }

    /// `ALTER TABLE ... RENAME TO` is authorised by the old name alone, so that new names are looked at afterwards.
    fn check_new_objects(&self, connection: &mut Connection, before: &HashSet<String>) -> Result<(), Error> {
        let after = object_names(connection)?;
        let catalog = connection.catalog();
        let is_own = |name: &str| self.role.schema(catalog.owner(name).unwrap_or(name));
        match after.difference(before).find(|name| !is_own(name)) {
            Some(name) => Err(Error::Denied(format!("creation of {name}"))),
            None => Ok(()),
        }
    }

    /// A trigger runs with the grants of whoever makes it fire, who may have more than its author. So the author must
    /// be granted all that its triggers do.
    fn check_triggers(&self, connection: &mut Connection, before: &HashSet<Trigger>) -> Result<(), Error> {
        let tables: HashSet<String> = triggers(connection)?
            .difference(before)
            .map(|trigger| trigger.table.clone())
            .collect();
        for table in tables {
            for statement in self.firing_statements(connection, &table)? {
                match connection.check_migration_statement(self.role, &statement) {
                    // Of a view only what has an INSTEAD OF trigger can be done at all.
                    Err(Error::Sql(message)) if message.starts_with("cannot modify") => {}
                    result => result?,
                }
            }
        }
        Ok(())
    }

    /// Statements that together fire every trigger on a table or view.
    fn firing_statements(&self, connection: &mut Connection, table: &str) -> Result<Vec<String>, Error> {
        let quoted = table.replace('"', "\"\"");
        let sql = "SELECT name FROM pragma_table_info(?1)";
        let columns = connection.own_with(&Statement::new(sql, vec![Value::Text(table.into())]))?;
        let mut assignments = String::new();
        for column in columns.values {
            let Value::Text(column) = column else { continue };
            let column = column.replace('"', "\"\"");
            let comma = if assignments.is_empty() { "" } else { ", " };
            // Writing to a string cannot fail.
            let _ = write!(assignments, "{comma}\"{column}\" = NULL");
        }
        Ok(vec![
            format!("INSERT INTO \"{quoted}\" DEFAULT VALUES"),
            format!("UPDATE \"{quoted}\" SET {assignments}"),
            format!("DELETE FROM \"{quoted}\""),
        ])
    }

    fn failed(&self, migration: Migration, statement: &str, error: Error) -> MigrationError {
        let statement = statement.trim().chars().take(limits::QUOTED_STATEMENT_CHARS).collect();
        let (set, version, name) = (self.name.into(), migration.version, migration.name);
        MigrationError::Failed {
            set,
            version,
            name,
            statement,
            error,
        }
    }
}

fn object_names(connection: &mut Connection) -> Result<HashSet<String>, Error> {
    let sql = "SELECT lower(name) FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' \
               ESCAPE '\\'";
    let names = connection.own_with(&Statement::new(sql, Vec::new()))?;
    Ok(names
        .values
        .into_iter()
        .filter_map(|name| if let Value::Text(name) = name { Some(name) } else { None })
        .collect())
}

#[derive(PartialEq, Eq, Hash)]
struct Trigger {
    table: String,
    sql: String,
}

fn triggers(connection: &mut Connection) -> Result<HashSet<Trigger>, Error> {
    let rows = connection.own_with(&Statement::new(TRIGGERS, Vec::new()))?;
    let mut texts = rows.values.into_iter().filter_map(|value| {
        if let Value::Text(text) = value {
            Some(text)
        } else {
            None
        }
    });
    let mut triggers = HashSet::new();
    while let (Some(table), Some(sql)) = (texts.next(), texts.next()) {
        triggers.insert(Trigger { table, sql });
    }
    Ok(triggers)
}
