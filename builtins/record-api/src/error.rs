//! What can go wrong in a request, and the one map from it to a status and a body.
//!
//! Bodies are plain text or empty, as the protocol has it: its clients show the body, or the status' own name where
//! there is none. Nothing of the inside goes out; what only the operator can mend goes to the log.

use guesthouse::http::{BodyError, Response};
use guesthouse::sqlite::{Constraint, ConstraintKind, Error as DatabaseError, HostError};

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("there is no such API")]
    UnknownApi,
    #[error("the method does not fit the path")]
    MethodNotAllowed,
    #[error("there is no such path or record")]
    NotFound,
    #[error("neither the access list nor the grants allow it")]
    Forbidden,
    #[error("Invalid id")]
    InvalidId,
    #[error("Invalid query")]
    InvalidQuery,
    #[error("Invalid filter params")]
    InvalidFilter,
    #[error("Invalid Parameters")]
    InvalidRecord,
    #[error("Invalid expansion")]
    InvalidExpansion,
    #[error("Invalid offset")]
    InvalidOffset,
    #[error("Invalid geometry column")]
    InvalidGeometryColumn,
    #[error("limit exceeds max limit of {0}")]
    LimitTooLarge(u64),
    #[error("Bad cursor")]
    BadCursor,
    #[error("Bad cursor: b64")]
    BadCursorEncoding,
    #[error("Only TABLEs with PK primary order support cursors. Use offset instead.")]
    NoCursor,
    #[error("Expected single record")]
    ExpectedRecord,
    #[error("Expected record or array of records")]
    ExpectedRecords,
    #[error("Bulk creation exceeds limit: {0}")]
    BulkTooLarge(usize),
    #[error("Batch size exceeds limit: {0}")]
    BatchTooLarge(usize),
    #[error("Not a record")]
    NotARecord,
    #[error("DB mismatch")]
    SeveralDatabases,
    #[error("no values provided")]
    NoValues,
    #[error("Unexpected content type")]
    UnexpectedContentType,
    #[error("{0}")]
    MalformedBody(String),
    #[error("the body must be JSON, with content-type: application/json")]
    NotJson,
    #[error("{0}")]
    WrongShape(String),
    #[error("a form has at most {0} fields")]
    TooManyFields(usize),
    #[error("the body is too large")]
    BodyTooLarge,
    #[error("the request or its result is too large")]
    TooLarge,
    #[error("{0}")]
    Unsupported(&'static str),
    #[error("db constraint: {0}")]
    Constraint(&'static str),
    #[error("rejected")]
    Rejected,
    #[error("the database is busy, try again")]
    Busy,
    #[error("the query took too long")]
    TimedOut,
    #[error("the disk is full")]
    Full,
    #[error("who is calling cannot be looked up now, try again")]
    Unidentified,
    #[error("the credentials are too large")]
    CredentialsTooLarge,
    /// The text is for the log alone.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    fn status(&self) -> u16 {
        match self {
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::UnknownApi | Self::MethodNotAllowed => 405,
            Self::BodyTooLarge | Self::TooLarge => 413,
            Self::NotJson => 415,
            Self::WrongShape(_) => 422,
            Self::Internal(_) => 500,
            Self::Busy | Self::TimedOut | Self::Unidentified => 503,
            Self::Full => 507,
            _ => 400,
        }
    }

    /// The answer to the client.
    pub fn into_response(self) -> Response {
        if let Self::Internal(why) = &self {
            eprintln!("{why}");
        }
        match self.status() {
            status @ (403 | 404 | 405 | 500) => Response::text(status, ""),
            503 => Response::text(503, &self.to_string()).with_header("retry-after", "1"),
            status => Response::text(status, &self.to_string()),
        }
    }

    /// What an error of the database means where the statement was made from a request: its mistakes are the client's.
    pub fn of_request(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Host(HostError::Sql(_)) => Self::Rejected,
            other => Self::of_server(other),
        }
    }

    /// What an error of the database means where the statement is ours.
    pub fn of_server(error: DatabaseError) -> Self {
        let DatabaseError::Host(host) = error else {
            return Self::Internal(format!("a result is not as expected: {error}"));
        };
        match host {
            HostError::Denied(what) => {
                eprintln!("no grant covers what an API needs: {what}");
                Self::Forbidden
            }
            HostError::Constraint(constraint) => Self::Constraint(constraint_name(&constraint)),
            HostError::TooLarge(_) => Self::TooLarge,
            HostError::Busy => Self::Busy,
            HostError::TimedOut => Self::TimedOut,
            HostError::Full => Self::Full,
            other => Self::Internal(format!("the database failed: {}", DatabaseError::Host(other))),
        }
    }
}

fn constraint_name(constraint: &Constraint) -> &'static str {
    match constraint.kind {
        ConstraintKind::Check => "check",
        ConstraintKind::ForeignKey => "fk",
        ConstraintKind::NotNull => "not null",
        ConstraintKind::PrimaryKey => "pk",
        ConstraintKind::Trigger => "trigger",
        ConstraintKind::Unique => "unique",
        ConstraintKind::Rowid => "row id",
        ConstraintKind::DataType => "data type",
        ConstraintKind::Other => "other",
    }
}

impl From<BodyError> for Error {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::BodyTooLarge,
            BodyError::Malformed(why) => Self::MalformedBody(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_sql_is_the_clients_only_where_the_statement_came_from_the_client() {
        let error = || DatabaseError::Host(HostError::Sql("no such column".into()));
        assert_eq!(Error::of_request(error()), Error::Rejected);
        assert_eq!(Error::of_server(error()).status(), 500);
    }

    #[test]
    fn every_constraint_is_a_400_that_names_its_kind() {
        let error = DatabaseError::Host(HostError::Constraint(Constraint {
            kind: ConstraintKind::ForeignKey,
            message: "FOREIGN KEY constraint failed".into(),
        }));
        let error = Error::of_request(error);
        assert_eq!((error.status(), error.to_string().as_str()), (400, "db constraint: fk"));
    }

    #[test]
    fn statuses_are_those_of_the_protocol() {
        for (error, status) in [
            (Error::UnknownApi, 405),
            (Error::NotFound, 404),
            (Error::Forbidden, 403),
            (Error::InvalidId, 400),
            (Error::BodyTooLarge, 413),
            (Error::Full, 507),
            (Error::Unidentified, 503),
            (Error::CredentialsTooLarge, 400),
        ] {
            assert_eq!(error.status(), status, "{error:?}");
        }
    }
}
