//! What a command acts on: a server that runs here, one elsewhere, or a data directory that no server uses.

use std::path::Path;

use anyhow::bail;
use bytes::Bytes;
use clap::Args;
use http::Method;

use super::client::Client;
use crate::builtins::BUILTINS;
use crate::components::commands::{Answer as CommandAnswer, Call};
use crate::components::deploy::{
    CommandLine, DeployError, DeployOptions, Deployed, Deployer, Details, Removed, Summary, VersionLine,
};
use crate::components::version::Actor;
use crate::control::ErrorBody;
use crate::control::commands::CallBody;
use crate::data_directory::{DataDirectory, DataDirectoryError};
use crate::deployments::Deployments;

/// A server elsewhere.
#[derive(Debug, Clone, Default, Args)]
pub struct Remote {
    /// The server to act on, such as `https://example.com`. Without it: the server of the data directory, or, if none
    /// runs there, the data directory itself.
    #[arg(long, value_name = "URL", requires = "token")]
    to: Option<String>,
    /// The control token of that server, from `secrets/control-token` in its data directory. It opens everything there: prefer
    /// the environment variable, which other people of this machine cannot see, and never send it over plain http to
    /// another machine.
    // One in sixty-four begins with a hyphen.
    #[arg(
        long,
        value_name = "TOKEN",
        env = "GUESTHOUSE_CONTROL_TOKEN",
        hide_env_values = true,
        allow_hyphen_values = true
    )]
    token: Option<String>,
}

pub enum Target {
    Server(Client),
    /// The directory is held until the command ends.
    Stopped(Box<Deployer<Deployments>>, DataDirectory),
}

impl Target {
    pub async fn find(data_directory: &Path, remote: Remote) -> anyhow::Result<Target> {
        if let (Some(url), Some(token)) = (remote.to, remote.token) {
            return Ok(Target::Server(Client::of_url(&url, token)?));
        }
        if let Some(client) = Client::of_directory(data_directory).await {
            return Ok(Target::Server(client));
        }
        let directory = match DataDirectory::open_existing(data_directory) {
            // Someone holds the lock and does not listen: a server that is starting or stopping, or another command.
            Err(DataDirectoryError::InUse(path)) => {
                bail!(
                    "the data directory {} is in use but does not answer yet; try again in a moment",
                    path.display()
                )
            }
            other => other?,
        };
        let deployer = crate::server::open_stopped(&directory).await?;
        Ok(Target::Stopped(Box::new(deployer), directory))
    }

    pub fn is_stopped(&self) -> bool {
        matches!(self, Target::Stopped(..))
    }

    /// Ends what was opened for the command.
    pub async fn close(self) {
        if let Target::Stopped(deployer, _directory) = self {
            // What a command of a component wrote is in its log as well.
            deployer.runtime().stores().logs.close().await;
            deployer.close().await;
        }
    }

    /// Makes what is deployed ready to be called. A server has done so itself.
    pub async fn start(&self) -> anyhow::Result<()> {
        let Target::Stopped(deployer, _) = self else {
            return Ok(());
        };
        deployer.adopt(BUILTINS).await?;
        for component in deployer.start().await? {
            eprintln!("warning: `{}` does not run: {}", component.name, component.why);
        }
        Ok(())
    }

    pub async fn commands(&self) -> anyhow::Result<Vec<CommandLine>> {
        match self {
            Target::Server(client) => client.commands().await,
            Target::Stopped(deployer, _) => here(deployer.commands().await),
        }
    }

    pub async fn run_command(&self, name: &str, call: &Call) -> anyhow::Result<CommandAnswer> {
        call.check(name)?;
        match self {
            Target::Server(client) => {
                let body = serde_json::to_vec(&CallBody::new(call))?;
                let path = format!("commands/{name}");
                client.send(Method::POST, &path, body.into()).await
            }
            Target::Stopped(deployer, _) => deployer.run_command(name, call.clone()).await.map_err(|error| {
                let (code, message) = (error.code().to_owned(), error.to_string());
                ErrorBody::new(code, message).into()
            }),
        }
    }

    pub async fn deploy(&self, package: Bytes, options: DeployOptions) -> anyhow::Result<Deployed> {
        match self {
            Target::Server(client) => {
                let DeployOptions {
                    name,
                    accept_grants,
                    probation,
                } = options;
                let name = name.map(|name| format!("&name={name}")).unwrap_or_default();
                let seconds = probation.as_secs();
                let path = format!("components?accept_grants={accept_grants}&probation={seconds}{name}");
                client.send(Method::POST, &path, package).await
            }
            Target::Stopped(deployer, _) => {
                // What is deployed already is made ready, for the new one has to fit it. What does not start has no say.
                here(deployer.start().await)?;
                here(deployer.deploy(package, options, Actor::CommandLine).await)
            }
        }
    }

    pub async fn rollback(&self, name: &str, number: Option<u64>) -> anyhow::Result<Deployed> {
        match self {
            Target::Server(client) => {
                let body = serde_json::json!({ "version": number }).to_string().into();
                client
                    .send(Method::POST, &format!("components/{name}/rollback"), body)
                    .await
            }
            Target::Stopped(deployer, _) => {
                here(deployer.start().await)?;
                here(deployer.rollback(name, number, Actor::CommandLine).await)
            }
        }
    }

    pub async fn remove(&self, name: &str) -> anyhow::Result<Removed> {
        match self {
            Target::Server(client) => {
                client
                    .send(Method::DELETE, &format!("components/{name}"), Bytes::new())
                    .await
            }
            Target::Stopped(deployer, _) => here(deployer.remove(name, Actor::CommandLine).await),
        }
    }

    pub async fn list(&self) -> anyhow::Result<Vec<Summary>> {
        match self {
            Target::Server(client) => client.send(Method::GET, "components", Bytes::new()).await,
            Target::Stopped(deployer, _) => here(deployer.list().await),
        }
    }

    pub async fn show(&self, name: &str) -> anyhow::Result<Details> {
        match self {
            Target::Server(client) => {
                client
                    .send(Method::GET, &format!("components/{name}"), Bytes::new())
                    .await
            }
            Target::Stopped(deployer, _) => here(deployer.show(name).await),
        }
    }

    /// The package of the version that runs.
    pub async fn package(&self, name: &str) -> anyhow::Result<Bytes> {
        match self {
            Target::Server(client) => client.fetch(&format!("components/{name}/package")).await,
            Target::Stopped(deployer, _) => here(deployer.package(name).await),
        }
    }

    pub async fn versions(&self, name: &str) -> anyhow::Result<Vec<VersionLine>> {
        match self {
            Target::Server(client) => {
                client
                    .send(Method::GET, &format!("components/{name}/versions"), Bytes::new())
                    .await
            }
            Target::Stopped(deployer, _) => here(deployer.versions(name).await),
        }
    }
}

/// The same error that a server would have sent, with the causes that it would have kept in its log.
pub(super) fn here<T>(result: Result<T, DeployError>) -> anyhow::Result<T> {
    result.map_err(|error| {
        let grants = match &error {
            DeployError::GrantsNotAccepted { review, .. } => Some((**review).clone()),
            _ => None,
        };
        let (code, message) = (error.code().to_owned(), error.to_string());
        ErrorBody {
            grants,
            ..ErrorBody::new(code, message)
        }
        .into()
    })
}
