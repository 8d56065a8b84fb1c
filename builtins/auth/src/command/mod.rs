//! `guesthouse user ...` and `guesthouse auth ...`: accounts from the command line, for whoever runs the server.

mod accounts;
mod add;
mod first;
mod import;
mod list;
mod rotate_keys;
mod settings;

use clap::{Args, Parser, Subcommand};
use guesthouse::command::{Answer, Invocation};

use crate::error::Error;

/// Accounts: who may sign in.
#[derive(Parser)]
#[command(
    name = "user",
    bin_name = "guesthouse user",
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
struct UserCommand {
    #[command(subcommand)]
    action: UserAction,
}

#[derive(Subcommand)]
enum UserAction {
    /// Add an account. Its password is asked for, or read from standard input
    Add(add::Arguments),
    /// Make an administrator if there is no account at all, and say the password once. The server does so when it starts
    First,
    /// List all accounts
    List,
    /// Delete an account, its sessions, and what other tables tie to it
    Delete(Who),
    /// Make somebody an administrator
    Promote(Who),
    /// Make somebody an administrator no longer
    Demote(Who),
    /// Take an address for verified without asking by mail
    Verify(Who),
    /// Set a new password and end all sessions. It is asked for, or read from standard input
    ChangePassword(Who),
    /// Set another address, which counts as verified
    ChangeEmail(accounts::NewEmail),
    /// End all sessions of an account: whoever is signed in has to sign in again
    InvalidateSessions(Who),
    /// Add many accounts, from standard input: an object of JSON in each line
    #[command(long_about = import::ABOUT)]
    Import,
}

/// The account that is meant.
#[derive(Args)]
pub struct Who {
    /// Address, name, or id as `list` shows it
    #[arg(value_name = "WHO", allow_hyphen_values = true)]
    who: String,
}

/// How people sign in, for all accounts.
#[derive(Parser)]
#[command(
    name = "auth",
    bin_name = "guesthouse auth",
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
struct AuthCommand {
    #[command(subcommand)]
    action: AuthAction,
}

#[derive(Subcommand)]
enum AuthAction {
    /// Sign with a new key from now on. What the one before signed stays good until it expires; older tokens do not
    RotateKeys,
    /// Show and change the settings
    Settings {
        #[command(subcommand)]
        action: settings::Action,
    },
}

/// Why a command was not done.
pub enum Failure {
    /// The text is for whoever typed the command.
    Said(String),
    Other(Error),
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

/// Runs a command.
pub async fn run(invocation: Invocation) -> Answer {
    let done = match invocation.name.as_str() {
        "auth" => match parse::<AuthCommand>(&invocation) {
            Ok(AuthCommand { action }) => match action {
                AuthAction::RotateKeys => rotate_keys::rotate_keys().await,
                AuthAction::Settings { action } => settings::run(action).await,
            },
            Err(answer) => return answer,
        },
        _ => match parse::<UserCommand>(&invocation) {
            Ok(UserCommand { action }) => run_user(action, invocation.input).await,
            Err(answer) => return answer,
        },
    };
    done.unwrap_or_else(|failure| match failure {
        Failure::Said(why) => Answer::failure(format!("error: {why}\n")),
        Failure::Other(error) => Answer::failure(format!("error: {error}\n")),
    })
}

async fn run_user(action: UserAction, input: Option<Vec<u8>>) -> Result<Answer, Failure> {
    match action {
        UserAction::Add(arguments) => add::add(arguments, input).await,
        UserAction::First => first::first().await,
        UserAction::List => list::list().await,
        UserAction::Delete(who) => accounts::delete(who).await,
        UserAction::Promote(who) => accounts::set_admin(who, true).await,
        UserAction::Demote(who) => accounts::set_admin(who, false).await,
        UserAction::Verify(who) => accounts::verify(who).await,
        UserAction::ChangePassword(who) => accounts::change_password(who, input).await,
        UserAction::ChangeEmail(arguments) => accounts::change_email(arguments).await,
        UserAction::InvalidateSessions(who) => accounts::invalidate_sessions(who).await,
        UserAction::Import => import::import(input).await,
    }
}

fn parse<T: Parser>(invocation: &Invocation) -> Result<T, Answer> {
    let name = std::iter::once(invocation.name.clone());
    T::try_parse_from(name.chain(invocation.arguments.iter().cloned())).map_err(|error| {
        let text = error.to_string();
        if error.use_stderr() {
            Answer::misuse(text)
        } else {
            Answer::success(text)
        }
    })
}

/// A password from the input: all of it but the end of its line.
fn password_of(input: &[u8]) -> Result<&str, Failure> {
    let text = std::str::from_utf8(input).map_err(|_| Failure::Said("the password is no text (UTF-8)".into()))?;
    Ok(text
        .strip_suffix('\n')
        .map_or(text, |line| line.strip_suffix('\r').unwrap_or(line)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_commands_are_well_formed() {
        UserCommand::command().debug_assert();
        AuthCommand::command().debug_assert();
    }

    #[test]
    fn a_password_ends_where_its_line_does() {
        for (input, expected) in [
            ("a b\n", "a b"),
            ("a\r\n", "a"),
            (" a", " a"),
            ("a\n\n", "a\n"),
            ("", ""),
        ] {
            assert!(
                password_of(input.as_bytes()).is_ok_and(|password| password == expected),
                "{input:?}"
            );
        }
        assert!(password_of(b"\xff").is_err());
    }
}
