//! The client of the control API: one request, one connection, over the control socket or the network.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::components::deploy::CommandLine;
use crate::control::{self, ErrorBody, socket};
use crate::limits;

/// Longer than a queue of deployments or a command can take: a server that is silent for so long will not answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15 * 60);
/// The largest answer is a package.
const ANSWER_BYTES_MAX: usize = limits::PACKAGE_BYTES_MAX;

/// Where a server is.
pub enum Client {
    /// In this data directory.
    Socket(std::path::PathBuf),
    /// At this address, which knows this token.
    Network { server: Uri, token: String },
}

impl Client {
    /// The server that runs in a data directory, if one does.
    pub async fn of_directory(data_directory: &Path) -> Option<Client> {
        let connected = socket::connect(data_directory).await;
        connected.ok().map(|_| Client::Socket(data_directory.to_owned()))
    }

    pub fn of_url(url: &str, token: String) -> anyhow::Result<Client> {
        let server: Uri = url.parse().ok().filter(is_server).with_context(|| {
            format!("`{url}` is not the address of a server; write it as in `https://example.com` or `http://127.0.0.1:4000`")
        })?;
        Ok(Client::Network { server, token })
    }

    /// The commands that components bring.
    pub async fn commands(&self) -> anyhow::Result<Vec<CommandLine>> {
        self.send(Method::GET, "commands", Bytes::new()).await
    }

    pub async fn send<T: DeserializeOwned>(&self, method: Method, path: &str, body: Bytes) -> anyhow::Result<T> {
        let (status, body) = self.ask(method, path, body).await?;
        let body = successful(status, body)?;
        serde_json::from_slice(&body).context("the server's answer is not that of a control API")
    }

    /// What is no JSON.
    pub async fn fetch(&self, path: &str) -> anyhow::Result<Bytes> {
        let (status, body) = self.ask(Method::GET, path, Bytes::new()).await?;
        successful(status, body)
    }

    async fn ask(&self, method: Method, path: &str, body: Bytes) -> anyhow::Result<(StatusCode, Bytes)> {
        let exchange = async {
            match self {
                Client::Socket(directory) => {
                    let stream = socket::connect(directory)
                        .await
                        .context("the running server cannot be reached")?;
                    exchange(stream, request(method, path, "localhost", None, body)?).await
                }
                Client::Network { server, token } => {
                    let host = server.authority().map_or("", |authority| authority.as_str());
                    let request = request(method, path, host, Some(token), body)?;
                    let stream = connect(server)
                        .await
                        .with_context(|| format!("{server} cannot be reached"))?;
                    if server.scheme_str() == Some("https") {
                        let stream = encrypt(server, stream)
                            .await
                            .with_context(|| format!("{server} cannot be reached"))?;
                        exchange(stream, request).await
                    } else {
                        exchange(stream, request).await
                    }
                }
            }
        };
        tokio::time::timeout(ANSWER_TIMEOUT, exchange)
            .await
            .context("the server did not answer")?
    }
}

fn is_server(uri: &Uri) -> bool {
    matches!(uri.scheme_str(), Some("http" | "https"))
        && uri.host().is_some_and(|host| !host.is_empty())
        && uri.path() == "/"
        && uri.query().is_none()
}

fn request(
    method: Method,
    path: &str,
    host: &str,
    token: Option<&str>,
    body: Bytes,
) -> anyhow::Result<Request<Full<Bytes>>> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("{}{path}", control::PREFIX))
        .header(header::HOST, host)
        .header(header::CONNECTION, "close");
    if let Some(token) = token {
        let mut value = header::HeaderValue::try_from(format!("Bearer {token}"))
            .context("the token has characters that no token has")?;
        value.set_sensitive(true);
        request = request.header(header::AUTHORIZATION, value);
    }
    request
        .body(Full::new(body))
        .context("the name has characters that no component's name has")
}

async fn connect(server: &Uri) -> anyhow::Result<TcpStream> {
    let host = server
        .host()
        .unwrap_or_default()
        .trim_start_matches('[')
        .trim_end_matches(']');
    let port = server
        .port_u16()
        .unwrap_or(if server.scheme_str() == Some("https") { 443 } else { 80 });
    Ok(tokio::time::timeout(limits::OUTBOUND_CONNECT_TIMEOUT, TcpStream::connect((host, port))).await??)
}

async fn encrypt(
    server: &Uri,
    stream: TcpStream,
) -> anyhow::Result<impl AsyncRead + AsyncWrite + Unpin + Send + 'static> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let host = server
        .host()
        .unwrap_or_default()
        .trim_start_matches('[')
        .trim_end_matches(']');
    let name = rustls::pki_types::ServerName::try_from(host.to_owned())?;
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream);
    Ok(tokio::time::timeout(limits::OUTBOUND_CONNECT_TIMEOUT, connected).await??)
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> anyhow::Result<(StatusCode, Bytes)>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let response = sender
        .send_request(request)
        .await
        .context("the server ended the connection")?;
    let status = response.status();
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
    let body = body
        .map_err(|error| anyhow::anyhow!("the server's answer broke off: {error}"))?
        .to_bytes();
    drop(sender);
    connection.abort();
    Ok((status, body))
}

fn successful(status: StatusCode, body: Bytes) -> anyhow::Result<Bytes> {
    if status.is_success() {
        return Ok(body);
    }
    match serde_json::from_slice::<ErrorBody>(&body) {
        Ok(error) => Err(error.into()),
        Err(_) => bail!("the server answered {status}, which is not an answer of a control API"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_servers_are_taken() {
        for good in ["http://127.0.0.1:4000", "https://example.com/", "http://[::1]:4000"] {
            assert!(Client::of_url(good, String::new()).is_ok(), "{good}");
        }
        for bad in [
            "example.com",
            "ftp://example.com",
            "https://example.com/path",
            "https://example.com?x",
            "",
        ] {
            assert!(Client::of_url(bad, String::new()).is_err(), "{bad}");
        }
    }

    #[test]
    fn errors_of_the_control_api_keep_their_code() {
        let body = br#"{"error":"grants_not_accepted","message":"no","grants":{"added":["a"],"removed":[]}}"#;
        let error = successful(StatusCode::CONFLICT, Bytes::from_static(body)).expect_err("an error");
        let error = error.downcast_ref::<ErrorBody>().expect("the body");
        assert_eq!(error.grants.as_ref().map(|grants| grants.added.len()), Some(1));
        assert!(successful(StatusCode::BAD_GATEWAY, Bytes::from_static(b"<html>")).is_err());
    }
}
