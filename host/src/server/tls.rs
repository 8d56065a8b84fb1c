//! HTTPS: the certificate of the server, and the handshake that begins each connection.

use super::connection::Http;
use crate::cli::run::RunOptions;
use crate::limits;
use anyhow::Context as _;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// What accepts handshakes, where the operator named a certificate and its key.
pub fn acceptor(options: &RunOptions) -> anyhow::Result<Option<TlsAcceptor>> {
    let (Some(certificate), Some(key)) = (&options.tls_certificate, &options.tls_key) else {
        return Ok(None);
    };
    let chain = chain(certificate).with_context(|| format!("cannot use the certificate {}", certificate.display()))?;
    let key_in = || format!("cannot use the private key {}", key.display());
    let private = PrivateKeyDer::from_pem_file(key).with_context(key_in)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .with_context(key_in)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

fn chain(file: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let chain = CertificateDer::pem_file_iter(file)?.collect::<Result<Vec<_>, _>>()?;
    anyhow::ensure!(!chain.is_empty(), "it holds no certificate in PEM form");
    Ok(chain)
}

/// Nothing where the client does not get through in time, which is no event worth a line.
pub async fn shake_hands(tls: &TlsAcceptor, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
    let shaken = tokio::time::timeout(limits::TLS_HANDSHAKE_TIMEOUT, tls.accept(stream)).await;
    shaken.ok()?.ok()
}

/// Which HTTP the two sides agreed on. A client that did not take part in that shows it in its first bytes.
pub fn agreed(stream: &TlsStream<TcpStream>) -> Http {
    match stream.get_ref().1.alpn_protocol() {
        Some(b"h2") => Http::Two,
        Some(_) => Http::One,
        None => Http::Either,
    }
}
