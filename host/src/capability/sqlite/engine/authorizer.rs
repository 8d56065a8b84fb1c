//! Grants, enforced by SQLite's authorizer while statements compile.
//!
//! The rules, in the order in which a reader would ask:
//!
//! * **Views.** A view is no way around a grant: the view's columns *and* every column that it reads below must be
//!   granted. Otherwise a component with little power could create a view and have it read by one with more.
//! * **Triggers.** What a trigger reads and writes must be granted to whoever makes it fire, for the same reason.
//! * **Foreign keys.** What a foreign key does to child rows needs no grant, see [`super::foreign_keys`].
//! * **Columns.** A grant of `table.column` reads or updates that column; it does not insert or delete. Knowing that a
//!   row exists (`count(*)`, the rowid) comes with any column.
//! * **Virtual tables** (full-text search and the like) keep their data in tables of their own: those go with them.
//! * **Schema.** `sqlite_schema` granted for reading opens the schema and the pragmas that describe it. Changing the
//!   schema is for migrations. `_migration` is written by the engine alone.
//! * Transaction control, ATTACH, other pragmas and temporary objects are refused to everyone.
//!
//! The first refusal of a statement is remembered, so that it becomes a typed error without reading messages.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::{
    catalog::Catalog,
    foreign_keys::ForeignKeys,
    role::{Cover, MIGRATION_TABLE, Role, lowercase},
};

/// Pragmas that describe the schema; readable with `sqlite_schema`.
const SCHEMA_PRAGMAS: [&str; 7] = [
    "table_xinfo",
    "table_info",
    "table_list",
    "foreign_key_list",
    "index_list",
    "index_info",
    "index_xinfo",
];
/// Pragmas that the host itself may use besides.
const HOST_PRAGMAS: [&str; 4] = [
    "integrity_check",
    "quick_check",
    "foreign_key_check",
    "defer_foreign_keys",
];
/// Functions that reach outside the database.
const FORBIDDEN_FUNCTIONS: [&str; 2] = ["load_extension", "fts3_tokenizer"];
/// Table-valued functions over their arguments alone.
const TABLE_FUNCTIONS: [&str; 2] = ["json_each", "json_tree"];

/// On whose behalf a statement compiles.
#[derive(Clone, Debug)]
pub enum Actor {
    /// The engine's own statements.
    Engine,
    /// A role, in ordinary work.
    Role(Arc<Role>),
    /// A role that applies a migration.
    Migration(Arc<Role>),
    /// A role whose statement was found to be granted but for what foreign keys do.
    WithForeignKeys(Arc<Role>, Arc<ForeignKeys>),
}

impl Actor {
    pub fn role(&self) -> Option<&Arc<Role>> {
        match self {
            Actor::Engine => None,
            Actor::Role(role) | Actor::Migration(role) | Actor::WithForeignKeys(role, _) => Some(role),
        }
    }
}

/// What the authorizer saw of a statement.
#[derive(Debug, Default)]
pub struct Report {
    /// The first thing that was refused.
    pub denied: Option<String>,
    /// The tables that the statement writes, through triggers and foreign keys too.
    pub writes: Vec<String>,
    pub changes_schema: bool,
    /// What the role's grants let it read and write, as lists of grants have it.
    pub touched: Vec<String>,
    /// An update was allowed by a grant of columns only, which must not delete rows by `OR REPLACE`.
    pub column_update: bool,
    virtual_table: Option<String>,
    creates_table: bool,
    alters_table: bool,
}

/// The authorizer of one connection.
#[derive(Clone)]
pub struct Authorizer {
    state: Arc<Mutex<State>>,
}

struct State {
    actor: Actor,
    /// The name of the database.
    database: Box<str>,
    catalog: Arc<Catalog>,
    report: Report,
    /// The callback at hand is not on behalf of a trigger or view; SQLite gives foreign keys no name.
    unnamed: bool,
}

impl Authorizer {
    pub fn install(connection: &rusqlite::Connection, catalog: Arc<Catalog>, database: &str) -> Self {
        let state = State {
            actor: Actor::Engine,
            database: database.into(),
            catalog,
            report: Report::default(),
            unnamed: true,
        };
        let authorizer = Self {
            state: Arc::new(Mutex::new(state)),
        };
        let hook = authorizer.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| hook.state().decide(&context)));
        authorizer
    }

    /// Says on whose behalf the statements that follow compile and run.
    pub fn enter(&self, actor: Actor) {
        let mut state = self.state();
        state.actor = actor;
        state.report = Report::default();
    }

    /// What was seen while a statement compiled. What it does to a table stays known while it runs.
    pub fn take_compile_report(&self) -> Report {
        let mut state = self.state();
        let running = Report {
            virtual_table: state.report.virtual_table.clone(),
            alters_table: state.report.alters_table,
            ..Report::default()
        };
        std::mem::replace(&mut state.report, running)
    }

    /// What was seen since `enter`.
    pub fn take_report(&self) -> Report {
        std::mem::take(&mut self.state().report)
    }

    /// Compiles something else while a statement runs, for the same actor, and reports nothing of it.
    pub fn aside<T>(&self, compile: impl FnOnce() -> T) -> T {
        let report = self.take_report();
        let compiled = compile();
        self.state().report = report;
        compiled
    }

    pub fn set_catalog(&self, catalog: Arc<Catalog>) {
        self.state().catalog = catalog;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn decide(&mut self, context: &AuthContext<'_>) -> Authorization {
        let Some(role) = self.actor.role().cloned() else {
            return Authorization::Allow;
        };
        self.unnamed = context.accessor.is_none();
        let verdict = match context.action {
            AuthAction::Select | AuthAction::Recursive => Ok(()),
            AuthAction::Function { function_name } => function(function_name),
            AuthAction::Read {
                table_name,
                column_name,
            } => self.read(&role, table_name, column_name),
            AuthAction::Insert { table_name } => self.write(&role, "insert into", table_name, ""),
            AuthAction::Delete { table_name } => self.write(&role, "delete from", table_name, ""),
            AuthAction::Update {
                table_name,
                column_name,
            } => self.write(&role, "update of", table_name, column_name),
            AuthAction::Pragma {
                pragma_name,
                pragma_value,
            } => self.pragma(&role, pragma_name, pragma_value),
            action => self.change_schema(&role, action),
        };
        match verdict {
            Ok(()) => Authorization::Allow,
            Err(what) => {
                self.report.denied.get_or_insert(what);
                Authorization::Deny
            }
        }
    }

    fn read(&mut self, role: &Role, table: &str, column: &str) -> Result<(), String> {
        let table = &*lowercase(table);
        if table.starts_with("sqlite_") && self.reads_for_schema_change(column) {
            return Ok(());
        }
        if is_schema_table(table) {
            return self.read_schema(role);
        }
        if let Some(pragma) = table.strip_prefix("pragma_") {
            return self.pragma(role, pragma, None);
        }
        let known = self.catalog.contains(table);
        // SQLite names the common table expressions that are only counted as if they were tables.
        if !known && (column.is_empty() || TABLE_FUNCTIONS.contains(&table)) {
            return Ok(());
        }
        let table = &*self.storage_owner(table).to_owned();
        let rowid = column.is_empty() || column.eq_ignore_ascii_case("rowid");
        match role.read(table, column) {
            Cover::Table => self.touch("read", table, ""),
            Cover::Column => self.touch("read", table, column),
            Cover::OtherColumns if rowid => self.touch("read", table, ""),
            _ if self.may_read_without_grant(table, column) => {}
            _ => return Err(refusal(role, "read of", table, column)),
        }
        Ok(())
    }

    fn may_read_without_grant(&self, table: &str, column: &str) -> bool {
        match &self.actor {
            Actor::Migration(role) => role.schema(table) || self.belongs_to_virtual_table(table),
            Actor::WithForeignKeys(_, keys) => self.unnamed && keys.may_read(table, column, &self.report.writes),
            _ => false,
        }
    }

    fn read_schema(&mut self, role: &Role) -> Result<(), String> {
        if !reads_schema(role) {
            return Err(schema_denied());
        }
        self.touch("read", "sqlite_schema", "");
        Ok(())
    }

    /// Notes what a grant allowed.
    fn touch(&mut self, way: &str, table: &str, column: &str) {
        let database = &self.database;
        let touched = match column {
            "" => format!("sqlite {database}: {way} {table}"),
            column => format!("sqlite {database}: {way} {table}.{}", lowercase(column)),
        };
        if !self.report.touched.contains(&touched) {
            self.report.touched.push(touched);
        }
    }

    fn write(&mut self, role: &Role, verb: &str, table: &str, column: &str) -> Result<(), String> {
        let table = &*lowercase(table);
        if table == MIGRATION_TABLE {
            return Err(format!("{verb} {table}"));
        }
        if table.starts_with("sqlite_") {
            return self.write_schema(role, verb, table);
        }
        let table = self.storage_owner(table).to_owned();
        let cover = role.write(&table, column);
        // In a trigger the statement's text does not show whether rows may be replaced, see `may_replace_rows`.
        let by_column = cover == Cover::Column && !column.is_empty() && self.unnamed;
        let without_grant = || match &self.actor {
            Actor::Migration(role) => role.schema(&table) || self.belongs_to_virtual_table(&table),
            Actor::WithForeignKeys(_, keys) => self.unnamed && keys.may_write(&table, &self.report.writes),
            _ => false,
        };
        if cover == Cover::Table {
            self.touch("write", &table, "");
        } else if by_column {
            self.touch("write", &table, column);
        } else if !without_grant() {
            return Err(refusal(role, verb, &table, column));
        }
        self.report.column_update |= by_column;
        if !self.report.writes.contains(&table) {
            self.report.writes.push(table);
        }
        Ok(())
    }

    /// The schema table is written by statements that change the schema; SQLite itself refuses every other write to
    /// it. The sequence and statistics tables are written only within such a statement.
    fn write_schema(&mut self, role: &Role, verb: &str, table: &str) -> Result<(), String> {
        let allowed = self.may_change_schema(role) && (is_schema_table(table) || self.report.changes_schema);
        if !allowed {
            return Err(refusal(role, verb, table, ""));
        }
        self.report.changes_schema = true;
        Ok(())
    }

    fn change_schema(&mut self, role: &Role, action: AuthAction<'_>) -> Result<(), String> {
        let (verb, table) = match action {
            AuthAction::CreateTable { table_name } => ("creation of", table_name),
            AuthAction::CreateIndex { table_name, .. } => ("an index on", table_name),
            AuthAction::CreateTrigger { table_name, .. } => ("a trigger on", table_name),
            AuthAction::CreateView { view_name } => ("creation of", view_name),
            AuthAction::CreateVtable { table_name, .. } => ("creation of", table_name),
            AuthAction::AlterTable { table_name, .. } => ("change of", table_name),
            AuthAction::DropTable { table_name } | AuthAction::DropVtable { table_name, .. } => ("drop of", table_name),
            AuthAction::DropIndex { table_name, .. } => ("drop of an index on", table_name),
            AuthAction::DropTrigger { table_name, .. } => ("drop of a trigger on", table_name),
            AuthAction::DropView { view_name } => ("drop of", view_name),
            AuthAction::Reindex { .. } if self.report.changes_schema => return Ok(()),
            AuthAction::Reindex { index_name } => return self.maintain(role, "reindex of", index_name),
            AuthAction::Analyze { table_name } => return self.maintain(role, "analysis of", table_name),
            AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => return Err("transaction control".into()),
            AuthAction::Attach { .. } | AuthAction::Detach { .. } => return Err("attached databases".into()),
            _ => return Err("this kind of statement".into()),
        };
        let table = &*lowercase(table);
        if let AuthAction::CreateVtable { .. } | AuthAction::DropVtable { .. } = action {
            self.report.virtual_table = Some(table.to_owned());
        }
        self.report.alters_table |= matches!(action, AuthAction::AlterTable { .. });
        self.report.creates_table |= matches!(action, AuthAction::CreateTable { .. });
        // SQLite creates its own tables, such as that of AUTOINCREMENT, within the statement that needs them first.
        let internal = table.starts_with("sqlite_") && self.report.changes_schema;
        let granted = role.is_host() || role.schema(table) || internal || self.belongs_to_virtual_table(table);
        if !self.may_change_schema(role) || !granted || table == MIGRATION_TABLE {
            return Err(refusal(role, verb, table, ""));
        }
        self.report.changes_schema = true;
        Ok(())
    }

    fn maintain(&mut self, role: &Role, verb: &str, name: &str) -> Result<(), String> {
        self.report.changes_schema |= role.is_host();
        if role.is_host() {
            Ok(())
        } else {
            Err(format!("{verb} {name}"))
        }
    }

    fn pragma(&mut self, role: &Role, pragma: &str, value: Option<&str>) -> Result<(), String> {
        let pragma = &*lowercase(pragma);
        let describes_schema = SCHEMA_PRAGMAS.contains(&pragma) || (pragma == "schema_version" && value.is_none());
        if describes_schema {
            return self.read_schema(role);
        }
        if role.is_host() && HOST_PRAGMAS.contains(&pragma) {
            return Ok(());
        }
        // A number that counts other connections' commits; full-text search asks for it.
        if pragma == "data_version" && value.is_none() {
            return Ok(());
        }
        // A column that is added is checked against the rows that are there, by SQLite itself.
        if self.report.alters_table && pragma == "quick_check" {
            return Ok(());
        }
        if matches!(self.actor, Actor::Migration(_)) && pragma == "defer_foreign_keys" {
            return Ok(());
        }
        Err(format!("pragma {pragma}"))
    }

    /// A statement that changes the schema reads SQLite's own tables. `CREATE TABLE ... AS SELECT` could read them for
    /// its author; a table's creation itself needs the rowid alone.
    fn reads_for_schema_change(&self, column: &str) -> bool {
        self.report.changes_schema && (!self.report.creates_table || column.eq_ignore_ascii_case("rowid"))
    }

    fn may_change_schema(&self, role: &Role) -> bool {
        role.is_host() || matches!(self.actor, Actor::Migration(_))
    }

    /// The table whose grant counts: a virtual table's own storage goes with it.
    fn storage_owner<'a>(&'a self, table: &'a str) -> &'a str {
        self.catalog.owner(table).unwrap_or(table)
    }

    /// True within the statement that creates or drops a virtual table, for the tables that it keeps its data in.
    fn belongs_to_virtual_table(&self, table: &str) -> bool {
        let owner = self.report.virtual_table.as_deref();
        owner
            .and_then(|owner| table.strip_prefix(owner))
            .is_some_and(|rest| rest.starts_with('_'))
    }
}

fn function(name: &str) -> Result<(), String> {
    if FORBIDDEN_FUNCTIONS.contains(&&*lowercase(name)) {
        Err(format!("function {name}"))
    } else {
        Ok(())
    }
}

fn is_schema_table(table: &str) -> bool {
    matches!(
        table,
        "sqlite_master" | "sqlite_schema" | "sqlite_temp_master" | "sqlite_temp_schema"
    )
}

fn reads_schema(role: &Role) -> bool {
    role.read("sqlite_schema", "") == Cover::Table
}

fn schema_denied() -> String {
    "read of sqlite_schema".into()
}

/// The text reads the same for a table that does not exist as for one of which nothing is granted.
fn refusal(role: &Role, verb: &str, table: &str, column: &str) -> String {
    match column {
        _ if !role.knows(table) => format!("table {table}"),
        "" => format!("{verb} {table}"),
        column => format!("{verb} {table}.{column}"),
    }
}

/// The refusal for a table that does not exist, where the role has no grant that names it.
pub fn hide_missing_table(role: &Role, table: &str) -> Option<String> {
    let table = table.strip_prefix("main.").unwrap_or(table);
    (!role.knows(table)).then(|| refusal(role, "", &lowercase(table), ""))
}
