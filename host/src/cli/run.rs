//! The options of `guesthouse run`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use http::HeaderValue;
use http::uri::{Authority, Scheme, Uri};

use crate::capability::mail::{Mailbox, RelayUrl, mailbox};
use crate::faults::Fault;
use crate::server::peer::Proxies;

/// Scheme and host of the URL at which clients reach the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    pub scheme: Scheme,
    pub authority: Authority,
}

impl PublicUrl {
    /// As a browser writes it: in lower case, without the port that the scheme implies.
    pub fn origin(&self) -> String {
        let Self { scheme, authority } = self;
        let implied = if *scheme == Scheme::HTTP { 80 } else { 443 };
        let host = authority.host().to_ascii_lowercase();
        match authority.port_u16() {
            Some(port) if port != implied => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        }
    }
}

fn public_url(text: &str) -> Result<PublicUrl, String> {
    let uri: Uri = text.parse().map_err(|_| "it is not a URL".to_owned())?;
    let parts = uri.into_parts();
    let root = parts.path_and_query.is_none_or(|path| path == "/");
    match (parts.scheme, parts.authority) {
        (Some(scheme), Some(authority)) if root && (scheme == Scheme::HTTP || scheme == Scheme::HTTPS) => {
            Ok(PublicUrl { scheme, authority })
        }
        _ => Err("it must be `http://HOST[:PORT]` or `https://HOST[:PORT]`, without a path".into()),
    }
}

/// Origins of web pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    All,
    Some(Vec<HeaderValue>),
}

fn origins(text: &str) -> Result<Origins, String> {
    if text.trim() == "*" {
        return Ok(Origins::All);
    }
    text.split(',')
        .map(|origin| one_origin(origin.trim()))
        .collect::<Result<_, _>>()
        .map(Origins::Some)
}

fn one_origin(text: &str) -> Result<HeaderValue, String> {
    let mistake = || format!("`{text}` must be `*`, `http://HOST[:PORT]` or `https://HOST[:PORT]`, without a path");
    let url = public_url(text).map_err(|_| mistake())?;
    HeaderValue::from_str(&url.origin()).map_err(|_| mistake())
}

fn proxies(text: &str) -> Result<Proxies, String> {
    match text.trim() {
        "" => Ok(Proxies::default()),
        text => text.parse(),
    }
}

#[derive(Debug, Clone, Args)]
pub struct RunOptions {
    /// The address to listen on. Port 0 takes a free one; the line `listening on` says which.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:4000")]
    pub address: SocketAddr,
    /// How clients reach this server where a proxy stands before it, such as `https://example.com`: components are told this
    /// scheme and host. Without it they are told what the client says, and `http`. Links in mail need it, unless the client is
    /// on this machine.
    #[arg(long, value_name = "URL", value_parser = public_url)]
    pub public_url: Option<PublicUrl>,
    /// The proxies before this server, as addresses or networks with commas between them, such as `127.0.0.1,10.0.0.0/8`. A request
    /// from one of them counts as its client's, whose address is the last in its `X-Forwarded-For` that is none of these; the field
    /// counts for nothing otherwise. What is limited by address needs this behind a proxy, or all clients are one.
    #[arg(long, value_name = "NETWORKS", default_value = "", hide_default_value = true, value_parser = proxies)]
    pub trusted_proxies: Proxies,
    /// Web pages of which origins may use this server, such as `https://app.example.com,https://example.org`; `*` is all of
    /// them. They come without the cookies of this server.
    #[arg(long, value_name = "ORIGINS", value_parser = origins, default_value = "*")]
    pub cors_allowed_origins: Origins,
    /// The server's certificate and those that it rests on, as PEM. With it the server speaks HTTPS, and nothing else.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// The private key of the certificate, as PEM. A changed file counts from the next start.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    /// The relay for the mail of components. `smtps://NAME@HOST:465` is encrypted from the first byte, `smtp://NAME@HOST:587` by
    /// STARTTLS and never without; `smtp://HOST:25?tls=none` not at all, for a relay on this machine. An `@` in NAME is written as
    /// `%40`. What the relay wants to know beside NAME is the secret SMTP_KEY: `guesthouse secrets set SMTP_KEY`. Without a
    /// relay mail is kept, and `guesthouse mail list` shows it.
    #[arg(long, value_name = "URL", env = "GUESTHOUSE_SMTP_URL", requires = "mail_from")]
    pub smtp_url: Option<RelayUrl>,
    /// Certificates that the relay's may rest on beside those that everybody trusts, as PEM.
    #[arg(long, value_name = "FILE", requires = "smtp_url")]
    pub smtp_root_certificates: Option<PathBuf>,
    /// Who sends the mail of components that do not say: `ADDRESS` or `NAME <ADDRESS>`.
    #[arg(long, value_name = "SENDER", env = "GUESTHOUSE_MAIL_FROM", value_parser = mailbox)]
    pub mail_from: Option<Mailbox>,
    /// For development: logs a line for every request, and lets web pages of all origins in, with their cookies.
    /// (`GUESTHOUSE_LOG` sets what is logged in detail.)
    #[arg(long)]
    pub dev: bool,
    /// Has a task of the server panic once, for tests: `PLACE` or `PLACE:VISITS`. What it costs is one request or less.
    #[arg(long, value_name = "PLACE", hide = true)]
    pub fault: Vec<Fault>,
    /// When a write counts as done. `normal`: it survives the end of this process, by a crash or `kill -9` too. `full`: it
    /// survives the loss of power as well, at the cost of a sync of the disk for each group of writes.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Sync::Normal, hide_possible_values = true)]
    pub sync: Sync,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sync {
    Normal,
    Full,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        let Ok(Origins::Some(some)) = origins("https://App.example.com:443, http://localhost:5173/") else {
            panic!("refused")
        };
        assert_eq!(some, ["https://app.example.com", "http://localhost:5173"]);
        assert_eq!(origins("*"), Ok(Origins::All));
        for wrong in [
            "",
            "example.com",
            "*,https://example.com",
            "https://example.com/app",
            "null",
        ] {
            assert!(origins(wrong).is_err(), "{wrong} was accepted");
        }
    }

    #[test]
    fn a_public_url_is_scheme_and_host_alone() {
        let url = public_url("https://example.com:8443/").unwrap();
        assert_eq!(
            (url.scheme.as_str(), url.authority.as_str()),
            ("https", "example.com:8443")
        );
        for wrong in [
            "example.com",
            "ftp://example.com",
            "https://example.com/app",
            "https://",
            "/",
        ] {
            assert!(public_url(wrong).is_err(), "{wrong} was accepted");
        }
    }
}
