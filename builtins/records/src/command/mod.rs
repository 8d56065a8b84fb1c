//! `guesthouse api`: which APIs there are, setting them, and finding what is wrong with them or open to everybody.
//!
//! One file per subcommand. They read an API with the code that serves it, so what they say of it is what it does.

mod check;
mod configuration;
mod failure;
mod lint;
mod list;
mod remove;
mod set;
mod show;
mod text;

use clap::{Parser, Subcommand};
use guesthouse::command::{Answer, Invocation};
use record_api::catalog;

use failure::Failure;

/// See, set and check which tables have a record API, and for whom.
#[derive(Debug, Parser)]
#[command(
    name = "api",
    bin_name = "guesthouse api",
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// All APIs: their tables, who may do what, and what is bound to a rule.
    List,
    /// All that is set of one API.
    Show {
        /// The name of the API.
        name: String,
    },
    Set(Box<set::Arguments>),
    /// Take the API of a table away. The table and its records stay.
    Remove {
        /// The name of the API.
        name: String,
    },
    /// Find what is wrong with the APIs. The exit status is 1 if one of them does not work as it is set.
    Lint {
        /// Only these APIs.
        names: Vec<String>,
    },
    /// What everybody can do who is not signed in, and how many records they see.
    Check {
        /// Only these APIs.
        names: Vec<String>,
    },
}

/// Runs a command of the manifest: there is one.
pub async fn run(invocation: Invocation) -> Answer {
    let words = std::iter::once(invocation.name).chain(invocation.arguments);
    let arguments = match Arguments::try_parse_from(words) {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => return Answer::misuse(error.render().to_string()),
        Err(error) => return Answer::success(error.render().to_string()),
    };
    match act(arguments.action).await {
        Ok(answer) => answer,
        Err(failure) => Answer::failure(format!("error: {failure}\n")),
    }
}

async fn act(action: Action) -> Result<Answer, Failure> {
    let database = catalog::main_database()?;
    match action {
        Action::List => list::list(&database).await,
        Action::Show { name } => show::show(&database, &name).await,
        Action::Set(arguments) => set::set(&database, *arguments).await,
        Action::Remove { name } => remove::remove(&database, &name).await,
        Action::Lint { names } => lint::lint(&database, &names).await,
        Action::Check { names } => check::check(&database, &names).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
