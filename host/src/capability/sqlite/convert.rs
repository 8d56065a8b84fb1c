//! Values and errors between the contract and the engine. Texts and blobs are moved, not copied.

use super::super::bindings::sqlite as contract;
use super::engine;

/// A statement of the contract for the engine.
pub fn statement(statement: contract::Statement) -> engine::Statement {
    engine::Statement {
        sql: statement.sql.into(),
        parameters: statement.parameters.into_iter().map(engine::Value::from).collect(),
    }
}

/// What a statement gave, for the contract.
pub fn outcome(outcome: engine::Outcome) -> contract::Outcome {
    contract::Outcome {
        columns: outcome.columns.to_vec(),
        values: outcome.values.into_iter().map(contract::Value::from).collect(),
        changes: outcome.changes,
        last_insert_rowid: outcome.last_insert_rowid,
    }
}

/// What several statements gave.
pub fn outcomes(outcomes: Vec<engine::Outcome>) -> Vec<contract::Outcome> {
    outcomes.into_iter().map(outcome).collect()
}

/// The columns of a result that is not there yet.
pub fn descriptions(columns: Vec<engine::ColumnDescription>) -> Vec<contract::ColumnDescription> {
    columns
        .into_iter()
        .map(|column| contract::ColumnDescription {
            name: column.name,
            declared_type: column.declared_type,
            origin: column.origin.map(|origin| contract::ColumnOrigin {
                table: origin.table,
                column: origin.column,
            }),
        })
        .collect()
}

impl From<contract::Value> for engine::Value {
    fn from(value: contract::Value) -> Self {
        match value {
            contract::Value::Null => Self::Null,
            contract::Value::Integer(value) => Self::Integer(value),
            contract::Value::Real(value) => Self::Real(value),
            contract::Value::Text(value) => Self::Text(value),
            contract::Value::Blob(value) => Self::Blob(value),
        }
    }
}

impl From<engine::Value> for contract::Value {
    fn from(value: engine::Value) -> Self {
        match value {
            engine::Value::Null => Self::Null,
            engine::Value::Integer(value) => Self::Integer(value),
            engine::Value::Real(value) => Self::Real(value),
            engine::Value::Text(value) => Self::Text(value),
            engine::Value::Blob(value) => Self::Blob(value),
        }
    }
}

impl From<engine::Error> for contract::Error {
    fn from(error: engine::Error) -> Self {
        match error {
            engine::Error::Denied(what) => Self::Denied(what),
            engine::Error::Constraint { kind, message } => Self::Constraint(contract::Constraint {
                kind: kind.into(),
                message,
            }),
            engine::Error::Sql(message) => Self::Sql(message),
            engine::Error::Unmet(index) => Self::Unmet(index),
            engine::Error::TooLarge(limit) => Self::TooLarge(limit),
            engine::Error::TimedOut => Self::TimedOut,
            engine::Error::Busy => Self::Busy,
            engine::Error::Closed => Self::Closed,
            engine::Error::Full => Self::Full,
            engine::Error::Other(why) => Self::Other(why),
        }
    }
}

impl From<engine::ConstraintKind> for contract::ConstraintKind {
    fn from(kind: engine::ConstraintKind) -> Self {
        match kind {
            engine::ConstraintKind::Check => Self::Check,
            engine::ConstraintKind::ForeignKey => Self::ForeignKey,
            engine::ConstraintKind::NotNull => Self::NotNull,
            engine::ConstraintKind::PrimaryKey => Self::PrimaryKey,
            engine::ConstraintKind::Trigger => Self::Trigger,
            engine::ConstraintKind::Unique => Self::Unique,
            engine::ConstraintKind::Rowid => Self::Rowid,
            engine::ConstraintKind::DataType => Self::DataType,
            engine::ConstraintKind::Other => Self::Other,
        }
    }
}
