//! The server: starts everything in order, serves until it is told to stop, and stops in order.

mod connection;
mod cross_origin;
mod descriptors;
mod inbound;
mod on_start;
mod outbound;
pub mod peer;
mod places;
mod service;
mod supervise;
mod tls;
mod worker;

use crate::audit::{self, Audit};
use crate::builtins::BUILTINS;
use crate::capability::Stores;
use crate::capability::mail::{self, Mail, MailSettings};
use crate::capability::secrets::Secrets;
use crate::capability::sqlite::{Database, Databases, Settings, Synchronous};
use crate::cli::run::{PublicUrl, RunOptions, Sync};
use crate::components::deploy::Deployer;
use crate::components::store::Store;
use crate::control::{self, Control};
use crate::data_directory::DataDirectory;
use crate::deployments::Deployments;
use crate::limits;
use crate::logs::Logs;
use crate::runtime::{Runtime, Work};
use anyhow::Context as _;
use cross_origin::CrossOrigin;
use http::uri::Scheme;
use inbound::Place;
use service::Service;
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use supervise::supervise;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Runs the server until it is told to stop.
pub fn run(data_directory: PathBuf, options: RunOptions) -> anyhow::Result<()> {
    start_log(options.dev);
    crate::metrics::count_panics();
    let main = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    main.block_on(serve(data_directory, options))
}

/// The deployer of a data directory that no server uses: what it stores takes effect at the next start.
pub async fn open_stopped(directory: &DataDirectory) -> anyhow::Result<Deployer<Deployments>> {
    let databases = Databases::new(directory.path(), Settings::default());
    let host = own_database(directory)?;
    let stores = stores(directory, databases, &host, MailSettings::default(), None).await?;
    let (deployer, _) = deployer(directory, host, stores).await?;
    Ok(deployer)
}

/// What is deployed and what was sent is the host's own memory: it must survive the loss of power, whatever the data may do.
fn own_database(directory: &DataDirectory) -> anyhow::Result<Arc<Database>> {
    let own = Databases::new(
        directory.path(),
        Settings {
            synchronous: Synchronous::Full,
            ..Settings::default()
        },
    );
    Ok(own.open("host")?)
}

/// What the logs of components are kept in. Few read them, and nobody waits for a line to be written.
fn logs_database(directory: &DataDirectory) -> anyhow::Result<Arc<Database>> {
    let own = Databases::new(
        directory.path(),
        Settings {
            readers: 2,
            streams: 1,
            ..Settings::default()
        },
    );
    own.open("logs")
        .context("logs.db cannot be opened; move it away, and the server begins another one")
}

fn databases(directory: &DataDirectory, sync: Sync) -> Databases {
    let synchronous = match sync {
        Sync::Normal => Synchronous::Normal,
        Sync::Full => Synchronous::Full,
    };
    let settings = Settings {
        synchronous,
        ..Settings::default()
    };
    Databases::new(directory.path(), settings)
}

fn mail_settings(options: &RunOptions) -> MailSettings {
    MailSettings {
        relay: options.smtp_url.clone(),
        roots: options.smtp_root_certificates.clone(),
        sender: options.mail_from.clone(),
    }
}

async fn stores(
    directory: &DataDirectory,
    databases: Databases,
    host: &Arc<Database>,
    mail: MailSettings,
    public_url: Option<&PublicUrl>,
) -> anyhow::Result<Stores> {
    let secrets = Arc::new(Secrets::open(&directory.secrets())?);
    let mail = Mail::open(host.clone(), mail, secrets.clone()).await?;
    Ok(Stores {
        databases: Arc::new(databases),
        secrets,
        mail: Arc::new(mail),
        sse: Arc::default(),
        audit: Arc::new(Audit::open(host.clone()).await?),
        logs: Logs::open(logs_database(directory)?).await?,
        public_origin: public_url.map(|url| url.origin().into()),
    })
}

async fn deployer(
    directory: &DataDirectory,
    host: Arc<Database>,
    stores: Stores,
) -> anyhow::Result<(Deployer<Deployments>, Arc<Deployments>)> {
    let store = Store::open(host, directory).await?;
    let runtime = Runtime::new(&directory.cache())?;
    let databases = stores.databases.clone();
    let deployments = Deployments::new(runtime, stores);
    Ok((Deployer::new(store, databases, deployments.clone()), deployments))
}

async fn serve(data_directory: PathBuf, options: RunOptions) -> anyhow::Result<()> {
    let stop_requested = stop_signals()?;
    let directory = DataDirectory::open(&data_directory)?;
    let host = own_database(&directory)?;
    let databases = databases(&directory, options.sync);
    let mail = mail_settings(&options);
    let stores = stores(&directory, databases, &host, mail, options.public_url.as_ref()).await?;
    let (deployer, deployments) = deployer(&directory, host, stores.clone()).await?;

    // The tables of the built-ins come first: the operator's migrations may name them.
    deployer.adopt(BUILTINS).await?;
    crate::migrations::apply(&directory.migrations(), deployer.databases()).await?;
    let not_started = deployer.start().await?;
    for component in &not_started {
        tracing::error!(component = %component.name, "{}", component.why);
        let (name, why) = (component.name.as_str().into(), &component.why);
        let note = format!("it did not start with the server: {why}");
        stores.logs.host(&name, component.version, &note);
    }

    let tls = tls::acceptor(&options)?;
    let scheme = if tls.is_some() { Scheme::HTTPS } else { Scheme::HTTP };
    let listener = listen(options.address).with_context(|| format!("cannot listen on {}", options.address))?;
    let address = listener.local_addr()?;
    let place = Place {
        public_url: options.public_url,
        scheme: scheme.clone(),
        authority: address.to_string().parse()?,
    };
    let deployer = Arc::new(deployer);
    let token = directory.control_token()?;
    let control = Control::new(deployer.clone(), stores.clone(), token, directory.migrations());
    let (stop, stopping) = watch::channel(false);
    let service = Arc::new(Service {
        deployments: deployments.clone(),
        audit: stores.audit.clone(),
        control: Arc::new(control),
        cross_origin: CrossOrigin::new(options.cors_allowed_origins, options.dev),
        place,
        proxies: Arc::new(options.trusted_proxies),
        ready: AtomicBool::new(not_started.is_empty()),
    });
    let workers = worker::start(&listener, tls.as_ref(), &service, &stopping)?;
    let socket = control::socket::bind(directory.path()).context("cannot make the control socket")?;
    let door = tokio::spawn(worker::serve_socket(socket, service.clone(), stopping.clone()));
    let kept = keep_all(&stores, &deployer, &stopping);
    crate::faults::set(&options.fault);
    say_where_to_go(&scheme, address, &data_directory);
    deployments.begin_work(Work::start().context("cannot start a thread")?);
    let on_start = tokio::spawn(on_start::run(deployments.clone(), stopping));

    stop_requested.await;
    tracing::info!("stopping");
    stop.send_replace(true);
    stores.sse.stop();
    stores.logs.release();
    door.await?;
    // While requests under way end: they do not need it.
    let work = tokio::spawn(async move { deployments.finish_work().await });
    tokio::task::spawn_blocking(move || workers.into_iter().try_for_each(std::thread::JoinHandle::join))
        .await?
        .map_err(|_| anyhow::anyhow!("a worker ended in a panic"))?;
    work.await?;
    // What was begun may have something to say that is said once. It has its own limit of time, and a panic was reported.
    let _ = on_start.await;
    futures::future::try_join_all(kept).await?;
    stores.logs.close().await;
    deployer.close().await;
    Ok(())
}

/// Begins what the server does beside answering, until it stops.
fn keep_all(
    stores: &Stores,
    deployer: &Arc<Deployer<Deployments>>,
    stopping: &watch::Receiver<bool>,
) -> [JoinHandle<()>; 3] {
    let (mail, audit, deployer) = (stores.mail.clone(), stores.audit.clone(), deployer.clone());
    [
        keep("mail", stopping, move |stopping| mail::deliver(mail.clone(), stopping)),
        keep("audit", stopping, move |stopping| audit::keep(audit.clone(), stopping)),
        keep("probation", stopping, move |stopping| deployer.clone().watch(stopping)),
    ]
}

/// Runs a task that the server needs, until it stops.
fn keep<F: Future<Output = ()> + Send>(
    name: &'static str,
    stopping: &watch::Receiver<bool>,
    task: impl Fn(watch::Receiver<bool>) -> F + Send + std::marker::Sync + 'static,
) -> JoinHandle<()> {
    let stopping = stopping.clone();
    tokio::spawn(async move { supervise(name, stopping.clone(), || task(stopping.clone())).await })
}

/// One socket that all workers accept from. It is bound without `SO_REUSEPORT`, so that a second server on the same port fails.
fn listen(address: SocketAddr) -> std::io::Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind(address)?;
    // The same again, with more room than the standard library asks for.
    rustix::net::listen(&listener, limits::CONNECTIONS_WAITING_MAX)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn say_where_to_go(scheme: &Scheme, address: SocketAddr, data_directory: &std::path::Path) {
    eprintln!("listening on {scheme}://{address}");
    eprintln!(
        "  data in {}; health at {scheme}://{address}/api/healthcheck",
        data_directory.display()
    );
    eprintln!(
        "  next: `guesthouse components list`, `guesthouse deploy FILE.wasm`, or SQL in {}/migrations/main/",
        data_directory.display()
    );
}

/// Listens for the signals that stop the server. It is called before anybody is told that the server is there.
fn stop_signals() -> anyhow::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} }
    })
}

fn start_log(dev: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("GUESTHOUSE_LOG").unwrap_or_else(|_| {
        if dev {
            "info,guesthouse=debug".into()
        } else {
            "info".into()
        }
    });
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(false);
    lines.with_env_filter(filter).init();
}
