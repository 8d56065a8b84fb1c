//! The relay: where it is, and handing one message to it.

use super::message::{Mailbox, check_address};
use crate::capability::secrets::Secrets;
use crate::limits;
use anyhow::Context as _;
use http::Uri;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

/// The secret that the relay wants to know beside the name.
pub const KEY: &str = "SMTP_KEY";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encryption {
    /// From the first byte on.
    Always,
    /// Begun by a command, and never done without.
    StartTls,
    Never,
}

/// `smtps://NAME@HOST`, `smtp://HOST:PORT?tls=none`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayUrl {
    host: String,
    port: u16,
    encryption: Encryption,
    name: Option<String>,
}

impl FromStr for RelayUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mistake = "it must be `smtps://[NAME@]HOST[:PORT]` or `smtp://[NAME@]HOST[:PORT]`";
        let uri: Uri = text.parse().map_err(|_| mistake.to_owned())?;
        let (scheme, authority) = uri.scheme_str().zip(uri.authority()).ok_or(mistake)?;
        let encryption = match (scheme, uri.query()) {
            ("smtps", None) => Encryption::Always,
            ("smtp", None) => Encryption::StartTls,
            ("smtp", Some("tls=none")) => Encryption::Never,
            ("smtp", Some(_)) => return Err("behind the `?` there may only be `tls=none`".into()),
            _ => return Err(mistake.into()),
        };
        let name = authority.as_str().rsplit_once('@').map(|(name, _)| name);
        if name.is_some_and(|name| name.contains(':')) {
            return Err(format!(
                "leave out what follows the name: other people of this machine could see it; `guesthouse secrets set {KEY}` asks for it"
            ));
        }
        let name = name.map(decode).transpose()?;
        if authority.host().is_empty() || !matches!(uri.path(), "" | "/") {
            return Err(mistake.into());
        }
        let implied = if encryption == Encryption::Always { 465 } else { 587 };
        Ok(Self {
            host: authority
                .host()
                .trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned(),
            port: authority.port_u16().unwrap_or(implied),
            encryption,
            name,
        })
    }
}

/// A name that is an address itself has its `@` written as `%40`.
fn decode(name: &str) -> Result<String, String> {
    let decoded = percent_encoding::percent_decode_str(name).decode_utf8();
    match decoded {
        Ok(name) if !name.is_empty() && !name.chars().any(char::is_control) => Ok(name.into_owned()),
        _ => Err("the name in it is not well-formed".into()),
    }
}

/// `ADDRESS` or `NAME <ADDRESS>`.
pub fn mailbox(text: &str) -> Result<Mailbox, String> {
    let text = text.trim();
    let (name, address) = match text.strip_suffix('>').and_then(|text| text.split_once('<')) {
        Some((name, address)) => (Some(name.trim()).filter(|name| !name.is_empty()), address),
        None => (None, text),
    };
    check_address(address).map_err(|_| "it must be `ADDRESS` or `NAME <ADDRESS>`".to_owned())?;
    if name.is_some_and(|name| name.chars().any(char::is_control) || name.len() > limits::MAIL_FIELD_BYTES_MAX) {
        return Err("the name in it is too long or has a line break in it".into());
    }
    Ok(Mailbox {
        name: name.map(str::to_owned),
        address: address.to_owned(),
    })
}

/// What became of handing a message over.
#[derive(Debug)]
pub enum Failure {
    /// It would go the same way again.
    Refused(String),
    /// It may go better later.
    Later(String),
}

/// The relay that the server is configured with.
pub struct Relay {
    url: RelayUrl,
    tls: Tls,
    /// The name that the server gives itself.
    own_name: ClientId,
    secrets: Arc<Secrets>,
}

impl Relay {
    /// `roots` is a file of certificates that are trusted beside the public ones; `domain` is that of the server's sender.
    pub fn new(url: RelayUrl, roots: Option<&Path>, domain: &str, secrets: Arc<Secrets>) -> anyhow::Result<Self> {
        let mut parameters = TlsParameters::builder(url.host.clone()).certificate_store(CertificateStore::WebpkiRoots);
        if let Some(path) = roots {
            let unusable = || format!("the certificates in {} cannot be used", path.display());
            let pem = std::fs::read(path).with_context(unusable)?;
            let is_pem = pem.windows(27).any(|window| window == b"-----BEGIN CERTIFICATE-----");
            anyhow::ensure!(is_pem, "there is no certificate as PEM in {}", path.display());
            parameters = parameters.add_root_certificate(Certificate::from_pem(&pem).with_context(unusable)?);
        }
        let parameters = parameters.build_rustls()?;
        let tls = match url.encryption {
            Encryption::Always => Tls::Wrapper(parameters),
            Encryption::StartTls => Tls::Required(parameters),
            Encryption::Never => Tls::None,
        };
        Ok(Self {
            url,
            tls,
            own_name: ClientId::Domain(domain.to_owned()),
            secrets,
        })
    }

    /// Where it is, for the log.
    pub fn address(&self) -> String {
        format!("{}:{}", self.url.host, self.url.port)
    }

    /// Hands a message over, on a connection of its own.
    pub async fn send(&self, message: Message) -> Result<(), Failure> {
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(self.url.host.clone())
            .port(self.url.port)
            .tls(self.tls.clone())
            .hello_name(self.own_name.clone())
            .timeout(Some(limits::MAIL_RELAY_TIMEOUT));
        if let Some(name) = &self.url.name {
            let key = self
                .secrets
                .get(KEY)
                .and_then(|key| String::from_utf8(key.to_vec()).ok());
            let Some(key) = key else {
                return Err(Failure::Later(format!(
                    "the secret {KEY} is not set; `guesthouse secrets set {KEY}` sets it"
                )));
            };
            transport = transport.credentials(Credentials::new(name.clone(), key));
        }
        let sent = tokio::time::timeout(limits::MAIL_DELIVERY_TIMEOUT, transport.build().send(message)).await;
        match sent {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failure(&error)),
            Err(_) => Err(Failure::Later("the relay did not take it in time".into())),
        }
    }
}

fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    let told: String = chain(error)
        .chars()
        .filter(|character| !character.is_control())
        .take(limits::MAIL_DETAIL_CHARS_MAX)
        .collect();
    // 530 to 538 are about the name and the key: the message itself was not looked at.
    let of_access = error
        .status()
        .is_some_and(|code| (530..=538).contains(&u16::from(code)));
    match error.is_permanent() && !of_access {
        true => Failure::Refused(format!("the relay refused it: {told}")),
        false => Failure::Later(format!("the relay did not take it: {told}")),
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_a_relay_says_how_it_is_encrypted() {
        let parsed = |text: &str| text.parse::<RelayUrl>();
        let url = |host: &str, port, encryption, name: Option<&str>| RelayUrl {
            host: host.into(),
            port,
            encryption,
            name: name.map(str::to_owned),
        };
        for (text, expected) in [
            (
                "smtps://mail.example.org",
                url("mail.example.org", 465, Encryption::Always, None),
            ),
            (
                "smtp://a@mail.example.org",
                url("mail.example.org", 587, Encryption::StartTls, Some("a")),
            ),
            (
                "smtps://a%40b.org@[::1]:9",
                url("::1", 9, Encryption::Always, Some("a@b.org")),
            ),
            (
                "smtp://127.0.0.1:25?tls=none",
                url("127.0.0.1", 25, Encryption::Never, None),
            ),
        ] {
            assert_eq!(parsed(text), Ok(expected), "{text}");
        }
        for wrong in [
            "mail.example.org",
            "https://mail.example.org",
            "smtp://",
            "smtp://h/path",
            "smtp://h?tls=maybe",
            "smtps://h?tls=none",
            "smtps://@h",
            "smtps://a%0Ab@h",
        ] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
        let mistake = parsed("smtps://name:hidden@h").expect_err("a key in the URL");
        assert!(
            mistake.contains("secrets set SMTP_KEY") && !mistake.contains("hidden"),
            "{mistake}"
        );
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        let parsed = |text: &str| mailbox(text).map(|mailbox| (mailbox.name, mailbox.address));
        assert_eq!(parsed("a@b.org"), Ok((None, "a@b.org".into())));
        assert_eq!(
            parsed(" The App <a@b.org> "),
            Ok((Some("The App".into()), "a@b.org".into()))
        );
        assert_eq!(parsed("<a@b.org>"), Ok((None, "a@b.org".into())));
        for wrong in ["", "a", "The App a@b.org", "The App <a>", "A\nB <a@b.org>"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}
