//! The seven kinds of request that are measured, in the order in which a round runs them.

use std::fmt;

use clap::ValueEnum;
use serde::Serialize;

/// Insert comes last: it is the only one that makes the table longer.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Scenario {
    Hello,
    Read,
    #[serde(rename = "signed-in")]
    SignedIn,
    Owned,
    List,
    Update,
    Insert,
}

impl Scenario {
    pub const ALL: [Self; 7] = [
        Self::Hello,
        Self::Read,
        Self::SignedIn,
        Self::Owned,
        Self::List,
        Self::Update,
        Self::Insert,
    ];

    pub fn describe(self) -> &'static str {
        match self {
            Self::Hello => "a fixed short answer (PocketBase: its health check)",
            Self::Read => "one row by its id",
            Self::SignedIn => "the same row, with the token of an account",
            Self::Owned => "one row by its id, with such a token, under a rule that lets its owner alone read it",
            Self::List => "20 rows, filtered and ordered by an index",
            Self::Update => "two columns of one row",
            Self::Insert => "one row",
        }
    }

    /// As it stands in reports and in `--only`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Read => "read",
            Self::SignedIn => "signed-in",
            Self::Owned => "owned",
            Self::List => "list",
            Self::Update => "update",
            Self::Insert => "insert",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
