//! `components`, `components/{name}` and `components/{name}/package`: list, show, deploy, remove, give back.

use std::error::Error as StdError;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body::Body;

use super::{Answer, Control, ControlError, body, json, query, respond_with};
use crate::components::deploy::{DeployError, Runtime};
use crate::components::package::PackageError;
use crate::components::version::Actor;
use crate::limits;

pub async fn list<R: Runtime>(control: &Control<R>) -> Answer {
    json(&control.deployer.list().await.map_err(ControlError::Deploy)?)
}

pub async fn show<R: Runtime>(control: &Control<R>, name: &str) -> Answer {
    json(&control.deployer.show(name).await.map_err(ControlError::Deploy)?)
}

/// The package of the version that runs, as it was deployed.
pub async fn package<R: Runtime>(control: &Control<R>, name: &str) -> Answer {
    let package = control.deployer.package(name).await.map_err(ControlError::Deploy)?;
    respond_with(StatusCode::OK, "application/wasm", package)
}

pub async fn deploy<R: Runtime, B>(control: &Control<R>, request: Request<B>, actor: Actor) -> Answer
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let options = query::deploy_options(request.uri().query())?;
    let _place = control.queue()?;
    let package = body::read(request.into_body(), limits::PACKAGE_BYTES_MAX).await;
    let package = package.map_err(|error| match error {
        ControlError::TooLarge(_) => ControlError::Deploy(DeployError::Package(PackageError::TooLarge)),
        other => other,
    })?;
    let deployed = control
        .to_the_end(move |deployer| async move { deployer.deploy(package, options, actor).await })
        .await?;
    json(&deployed)
}

pub async fn remove<R: Runtime>(control: &Control<R>, name: &str, actor: Actor) -> Answer {
    let _place = control.queue()?;
    let name = name.to_owned();
    json(
        &control
            .to_the_end(move |deployer| async move { deployer.remove(&name, actor).await })
            .await?,
    )
}
