//! HTTPS, where the operator has a certificate.

use guesthouse_tests::Server;
use guesthouse_tests::raw::Raw;
use guesthouse_tests::tls::Certificate;
use std::time::Duration;

#[test]
fn a_server_with_a_certificate_speaks_https_alone() {
    let certificate = Certificate::new();
    let setup = Server::prepare()
        .file("tls/certificate.pem", certificate.pem())
        .file("tls/key.pem", certificate.key_pem());
    let path = |name: &str| setup.data().join("tls").join(name).display().to_string();
    let options = [
        format!("--tls-certificate={}", path("certificate.pem")),
        format!("--tls-key={}", path("key.pem")),
    ];
    let server = setup.argument(&options[0]).argument(&options[1]).start();
    server.deploy("echo");
    server.expect_log("listening on https://");

    let answer = certificate.get(server.address(), "/echo/head").expect("a handshake");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(Certificate::new().get(server.address(), "/echo/head").is_err());

    let mut silent = Raw::connect(server.address());
    let (nothing, waited) = silent.read_to_end();
    assert!(nothing.is_empty() && waited < Duration::from_secs(30), "{waited:?}");

    let mut plain = Raw::connect(server.address());
    plain.send("GET /echo/head HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let (answer, _) = plain.read_to_end();
    assert!(!answer.contains("HTTP/1.1"), "{answer}");
}

#[test]
fn a_certificate_that_cannot_be_used_stops_the_start() {
    let (certificate, other) = (Certificate::new(), Certificate::new());
    for (chain, key, said) in [
        (certificate.pem(), other.key_pem(), "cannot use the private key"),
        (
            certificate.key_pem(),
            certificate.key_pem(),
            "it holds no certificate in PEM form",
        ),
        (certificate.pem(), String::new(), "cannot use the private key"),
    ] {
        let setup = Server::prepare().file("chain.pem", chain).file("key.pem", key);
        let path = |name: &str| setup.data().join(name).display().to_string();
        let options = [
            format!("--tls-certificate={}", path("chain.pem")),
            format!("--tls-key={}", path("key.pem")),
        ];
        let log = setup.argument(&options[0]).argument(&options[1]).start_and_fail();
        assert!(log.contains(said), "{log}");
    }
    let log = Server::prepare().argument("--tls-key=key.pem").start_and_fail();
    assert!(log.contains("--tls-certificate"), "{log}");
}
