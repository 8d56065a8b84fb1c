//! Each check alone: a token that is right but for one thing.

use jsonwebtoken::{EncodingKey, encode};
use serde_json::json;

use super::*;
use crate::keys::tests::keys;

const EXPECTED: Expected<'static> = Expected {
    issuer: "https://id.example",
    client_id: "client",
    nonce: "nonce",
};

fn claims() -> Value {
    let now = crate::database::now();
    json!({"iss": "https://id.example", "aud": "client", "sub": "1", "nonce": "nonce", "iat": now, "exp": now + 60})
}

fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn signed(claims: &Value) -> String {
    let header = Header {
        kid: Some("one".into()),
        ..Header::new(Algorithm::EdDSA)
    };
    encode(&header, claims, &keys(&[1]).current().unwrap().encoding).unwrap()
}

fn public(seed: u8) -> String {
    use base64::Engine as _;
    let public = ed25519_dalek::SigningKey::from_bytes(&[seed; 32])
        .verifying_key()
        .to_bytes();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(public)
}

fn listed() -> Value {
    json!({"keys": [
        {"kty": "OKP", "crv": "X25519", "kid": "one", "x": public(1)},
        {"kty": "RSA", "kid": "other", "n": "AQAB", "e": "AQAB"},
        "nonsense",
        {"kty": "OKP", "crv": "Ed25519", "kid": "two", "use": "sig", "x": public(2)},
        {"kty": "OKP", "crv": "Ed25519", "kid": "one", "use": "sig", "alg": "EdDSA", "x": public(1)}]})
}

fn refusal_of(claims: &Value) -> Option<Refusal> {
    verify(&signed(claims), &listed(), &EXPECTED).err()
}

#[test]
fn a_token_that_says_what_is_expected_is_taken() {
    assert_eq!(verify(&signed(&claims()), &listed(), &EXPECTED), Ok(claims()));
    assert_eq!(refusal_of(&claims_with("aud", json!(["client"]))), None);
    let mut several = claims_with("aud", json!(["other", "client"]));
    several["azp"] = json!("client");
    assert_eq!(refusal_of(&several), None);
}

#[test]
fn another_issuer_is_refused() {
    for issuer in [
        "https://evil.example",
        "https://id.example/",
        "",
        "https://id.example.evil",
    ] {
        assert_eq!(
            refusal_of(&claims_with("iss", json!(issuer))),
            Some(Refusal::Issuer),
            "{issuer}"
        );
    }
    assert_eq!(refusal_of(&claims_with("iss", Value::Null)), Some(Refusal::Malformed));
}

#[test]
fn another_audience_is_refused() {
    for audience in [json!("other"), json!([]), json!(["other"]), json!(["client", "other"])] {
        assert_eq!(
            refusal_of(&claims_with("aud", audience.clone())),
            Some(Refusal::Audience),
            "{audience}"
        );
    }
    assert_eq!(refusal_of(&claims_with("azp", json!("other"))), Some(Refusal::Audience));
    assert_eq!(refusal_of(&claims_with("aud", Value::Null)), Some(Refusal::Malformed));
}

#[test]
fn another_nonce_or_none_is_refused() {
    for nonce in [json!("other"), json!(""), Value::Null] {
        assert_eq!(refusal_of(&claims_with("nonce", nonce)), Some(Refusal::Nonce));
    }
}

#[test]
fn a_token_that_has_expired_or_does_not_say_when_is_refused() {
    let now = crate::database::now();
    for (name, value) in [
        ("exp", json!(now - 120)),
        ("exp", Value::Null),
        ("nbf", json!(now + 120)),
    ] {
        assert_eq!(refusal_of(&claims_with(name, value)), Some(Refusal::Invalid), "{name}");
    }
    assert_eq!(refusal_of(&claims_with("exp", json!(now - 5))), None, "clocks differ");
}

#[test]
fn another_signature_is_refused() {
    let token = signed(&claims());
    let header = |kid: &str| Header {
        kid: Some(kid.into()),
        ..Header::new(Algorithm::EdDSA)
    };
    let by_another = encode(&header("one"), &claims(), &keys(&[2]).current().unwrap().encoding).unwrap();
    assert_eq!(verify(&by_another, &listed(), &EXPECTED), Err(Refusal::Invalid));
    let by_unknown = encode(&header("three"), &claims(), &keys(&[1]).current().unwrap().encoding).unwrap();
    assert_eq!(verify(&by_unknown, &listed(), &EXPECTED), Err(Refusal::UnknownKey));
    let parts: Vec<&str> = token.split('.').collect();
    let altered = signed(&claims_with("sub", json!("2")));
    let altered = altered.split('.').nth(1).unwrap();
    assert_eq!(
        verify(&format!("{}.{altered}.{}", parts[0], parts[2]), &listed(), &EXPECTED),
        Err(Refusal::Invalid)
    );
}

#[test]
fn no_other_algorithm_is_taken() {
    use base64::Engine as _;
    let encoded = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let none = format!(
        "{}.{}.",
        encoded(r#"{"alg":"none","kid":"one"}"#),
        encoded(&claims().to_string())
    );
    assert_eq!(verify(&none, &listed(), &EXPECTED), Err(Refusal::Malformed));
    for algorithm in [Algorithm::HS256, Algorithm::HS512] {
        let header = Header {
            kid: Some("one".into()),
            ..Header::new(algorithm)
        };
        // What is public, as if it were a shared secret.
        let token = encode(&header, &claims(), &EncodingKey::from_secret(public(1).as_bytes())).unwrap();
        assert_eq!(verify(&token, &listed(), &EXPECTED), Err(Refusal::Algorithm));
    }
    // A key says itself what it is for.
    let listed = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "one", "use": "enc", "x": public(1)}]});
    assert_eq!(verify(&signed(&claims()), &listed, &EXPECTED), Err(Refusal::UnknownKey));
}

#[test]
fn a_key_need_not_be_named_where_there_is_one() {
    let unnamed = encode(
        &Header::new(Algorithm::EdDSA),
        &claims(),
        &keys(&[1]).current().unwrap().encoding,
    )
    .unwrap();
    let one = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": public(1)}]});
    assert!(verify(&unnamed, &one, &EXPECTED).is_ok());
    assert_eq!(verify(&unnamed, &listed(), &EXPECTED), Err(Refusal::UnknownKey));
    for nothing in [json!({}), json!({"keys": []}), json!({"keys": "a"}), Value::Null] {
        assert_eq!(verify(&unnamed, &nothing, &EXPECTED), Err(Refusal::UnknownKey));
    }
}

#[test]
fn a_tenant_stands_in_the_issuer_it_is_of() {
    let expected = Expected {
        issuer: "https://login.example/{tid}/v2.0",
        ..EXPECTED
    };
    let token_of = |tenant: &str, issuer: &str| {
        let mut claims = claims_with("tid", json!(tenant));
        claims["iss"] = json!(issuer);
        verify(&signed(&claims), &listed(), &expected).err()
    };
    assert_eq!(token_of("11-aa", "https://login.example/11-aa/v2.0"), None);
    assert_eq!(
        token_of("11-aa", "https://login.example/22-bb/v2.0"),
        Some(Refusal::Issuer)
    );
    assert_eq!(
        token_of("a/../b", "https://login.example/a/../b/v2.0"),
        Some(Refusal::Issuer)
    );
}

#[test]
fn a_text_that_is_no_token_or_too_long_is_refused() {
    let long = "a".repeat(limits::PROVIDER_TOKEN_BYTES_MAX + 1);
    for text in ["", ".", "..", "a.b.c", &long] {
        assert_eq!(verify(text, &listed(), &EXPECTED), Err(Refusal::Malformed));
    }
}
