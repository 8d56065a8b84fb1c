//! `guesthouse secrets`: which there are and who may use them; setting and deleting. Values go in and never come out.

use std::io::{self, IsTerminal, Read};
use std::path::Path;

use bytes::Bytes;
use clap::{Args, Subcommand};
use http::Method;

use super::components::table;
use super::target::{Remote, Target, here};
use super::{print, terminal};
use crate::capability::secrets::{SecretAccess, SecretError, SecretLine, listing};
use crate::components::manifest::secret_name_mistake;
use crate::control::SecretChanged;
use crate::limits;

#[derive(Debug, Args)]
pub struct SecretsArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// All secrets, and which components may use them. Values are never shown.
    List {
        #[command(flatten)]
        remote: Remote,
    },
    /// Set a secret, or replace its value. Components get the new value from their next call on, without a restart.
    ///
    /// The value is asked for at a terminal, and otherwise read from standard input, as in
    /// `guesthouse secrets set MAIL_KEY <file`. It is never an argument, for other people of this machine could see it.
    Set {
        /// Letters, digits and `_`, at most 64.
        #[arg(value_parser = secret_name)]
        name: String,
        /// Take standard input as it is. Without this a line end at its very end is left out, for it is seldom meant.
        #[arg(long)]
        exact: bool,
        #[command(flatten)]
        remote: Remote,
    },
    /// Delete a secret. Components that may read it are told that there is none.
    Delete {
        #[arg(value_parser = secret_name)]
        name: String,
        #[command(flatten)]
        remote: Remote,
    },
}

/// Refuses a bad name before anything is asked or becomes a part of a path.
fn secret_name(text: &str) -> Result<String, String> {
    match secret_name_mistake(text) {
        Some(mistake) => Err(mistake),
        None => Ok(text.to_owned()),
    }
}

pub async fn secrets(data_directory: &Path, arguments: SecretsArguments) -> anyhow::Result<()> {
    let (Action::List { remote } | Action::Set { remote, .. } | Action::Delete { remote, .. }) = &arguments.action;
    let target = Target::find(data_directory, remote.clone()).await?;
    let result = act(&target, &arguments.action).await;
    target.close().await;
    print(&result?)
}

async fn act(target: &Target, action: &Action) -> anyhow::Result<String> {
    Ok(match action {
        Action::List { .. } => list(&target.secrets().await?),
        Action::Set { name, exact, .. } => {
            target.set_secret(name, read_value(name, *exact)?).await?;
            format!("{name} is set\n")
        }
        Action::Delete { name, .. } => {
            target.delete_secret(name).await?;
            format!("{name} is gone\n")
        }
    })
}

impl Target {
    async fn secrets(&self) -> anyhow::Result<Vec<SecretLine>> {
        match self {
            Target::Server(client) => client.send(Method::GET, "secrets", Bytes::new()).await,
            Target::Stopped(deployer, _) => {
                let granted = here(deployer.granted().await)?;
                Ok(listing(&deployer.runtime().stores().secrets, &granted))
            }
        }
    }

    async fn set_secret(&self, name: &str, value: Vec<u8>) -> anyhow::Result<()> {
        match self {
            Target::Server(client) => {
                let path = format!("secrets/{name}");
                client.send::<SecretChanged>(Method::PUT, &path, value.into()).await?;
            }
            Target::Stopped(deployer, _) => {
                let secrets = deployer.runtime().stores().secrets.clone();
                secrets.set(name.to_owned(), value).await?;
            }
        }
        Ok(())
    }

    async fn delete_secret(&self, name: &str) -> anyhow::Result<()> {
        match self {
            Target::Server(client) => {
                let path = format!("secrets/{name}");
                client
                    .send::<SecretChanged>(Method::DELETE, &path, Bytes::new())
                    .await?;
            }
            Target::Stopped(deployer, _) => {
                let secrets = deployer.runtime().stores().secrets.clone();
                if !secrets.remove(name.to_owned()).await? {
                    return Err(SecretError::Unknown(name.to_owned()).into());
                }
            }
        }
        Ok(())
    }
}

fn read_value(name: &str, exact: bool) -> anyhow::Result<Vec<u8>> {
    let stdin = io::stdin();
    let mut value = Vec::new();
    if stdin.is_terminal() {
        value = terminal::read_secret(&format!("Value of {name} (it is not shown)"))?;
    } else {
        // One byte more than a value may have, and a line end.
        stdin
            .lock()
            .take(limits::SECRET_BYTES_MAX as u64 + 3)
            .read_to_end(&mut value)?;
    }
    if !exact {
        without_line_end(&mut value);
    }
    match (1..=limits::SECRET_BYTES_MAX).contains(&value.len()) {
        true => Ok(value),
        false => Err(SecretError::Value.into()),
    }
}

fn without_line_end(value: &mut Vec<u8>) {
    if value.last() == Some(&b'\n') {
        value.pop();
        if value.last() == Some(&b'\r') {
            value.pop();
        }
    }
}

fn list(secrets: &[SecretLine]) -> String {
    if secrets.is_empty() {
        return "there are no secrets, and no component asks for one\n".to_owned();
    }
    let row = |secret: &SecretLine| {
        let access = |access: &SecretAccess| format!("{} ({})", access.component, access.ways.join(", "));
        let granted: Vec<String> = secret.granted.iter().map(access).collect();
        [
            secret.name.clone(),
            if secret.is_set { "yes" } else { "no" }.to_owned(),
            granted.join("; "),
        ]
    };
    table(["NAME", "SET", "GRANTED TO"], secrets.iter().map(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_end_is_left_out_and_nothing_else() {
        for (given, left) in [
            ("a", "a"),
            ("a\n", "a"),
            ("a\r\n", "a"),
            ("a\n\n", "a\n"),
            ("a\r", "a\r"),
            ("", ""),
        ] {
            let mut value = given.as_bytes().to_vec();
            without_line_end(&mut value);
            assert_eq!(value, left.as_bytes(), "{given:?}");
        }
    }
}
