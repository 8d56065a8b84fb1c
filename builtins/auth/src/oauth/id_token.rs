//! Checks id_tokens: that the provider signed one, for us, just now, in answer to this browser's request (OpenID Connect Core 1.0,
//! section 3.1.3.7).

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;
use subtle::ConstantTimeEq;

use crate::limits;

/// What a token has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected<'a> {
    /// `{tid}` stands for the claim of that name.
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
}

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("its id_token is not one")]
    Malformed,
    #[error("its id_token is signed by an algorithm other than RS256, ES256 and EdDSA")]
    Algorithm,
    #[error("its id_token is signed by a key that it does not list")]
    UnknownKey,
    #[error("its id_token has a wrong signature, or has expired")]
    Invalid,
    #[error("its id_token is of another issuer")]
    Issuer,
    #[error("its id_token is for another client")]
    Audience,
    #[error("its id_token answers another request")]
    Nonce,
}

/// The claims that are checked.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    nonce: Option<String>,
    tid: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// What the token says, if it is signed by one of these keys and says what is expected.
pub fn verify(token: &str, keys: &Value, expected: &Expected<'_>) -> Result<Value, Refusal> {
    if token.len() > limits::PROVIDER_TOKEN_BYTES_MAX {
        return Err(Refusal::Malformed);
    }
    let header = decode_header(token).map_err(|_| Refusal::Malformed)?;
    if !matches!(header.alg, Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA) {
        return Err(Refusal::Algorithm);
    }
    let key = find_key(keys, &header).ok_or(Refusal::UnknownKey)?;
    let key = DecodingKey::from_jwk(&key).map_err(|_| Refusal::UnknownKey)?;
    let mut validation = Validation::new(header.alg);
    validation.leeway = limits::CLOCK_SKEW_SEC;
    validation.validate_nbf = true;
    // Checked below, each by itself.
    validation.validate_aud = false;
    let said = decode::<Value>(token, &key, &validation)
        .map_err(|_| Refusal::Invalid)?
        .claims;
    let claims = Claims::deserialize(&said).map_err(|_| Refusal::Malformed)?;
    check(&claims, expected)?;
    Ok(said)
}

fn check(claims: &Claims, expected: &Expected<'_>) -> Result<(), Refusal> {
    let tenant = claims.tid.as_deref().unwrap_or_default();
    // A tenant is a UUID, and can bring nothing else into the issuer.
    let is_plain = tenant.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if !is_plain || claims.iss != expected.issuer.replace("{tid}", tenant) {
        return Err(Refusal::Issuer);
    }
    let is_alone = match &claims.aud {
        Audience::One(audience) => audience == expected.client_id,
        Audience::Many(all) => !all.is_empty() && all.iter().all(|audience| audience == expected.client_id),
    };
    let is_among =
        matches!(&claims.aud, Audience::Many(all) if all.iter().any(|audience| audience == expected.client_id));
    let is_ours = match &claims.azp {
        Some(party) => party == expected.client_id && (is_alone || is_among),
        None => is_alone,
    };
    if !is_ours {
        return Err(Refusal::Audience);
    }
    let nonce = claims.nonce.as_deref().unwrap_or_default();
    if bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
        Ok(())
    } else {
        Err(Refusal::Nonce)
    }
}

/// The key that the header names. A provider with a single one that fits need not name it.
fn find_key(keys: &Value, header: &Header) -> Option<Jwk> {
    let listed = keys.get("keys")?.as_array()?;
    let parsed = listed.iter().filter_map(|key| Jwk::deserialize(key).ok());
    let mut fitting = parsed.filter(|key| {
        let is_named = header.kid.is_none() || key.common.key_id == header.kid;
        is_named && fits(key, header.alg)
    });
    let key = fitting.next()?;
    (header.kid.is_some() || fitting.next().is_none()).then_some(key)
}

/// Whether a key is one for signatures of this algorithm, whatever else a token says.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let is_for_signatures = !matches!(&key.common.public_key_use, Some(other) if *other != PublicKeyUse::Signature);
    let is_for_algorithm = match &key.common.key_algorithm {
        Some(named) => *named == KeyAlgorithm::from(algorithm),
        None => true,
    };
    let is_of_kind = match (algorithm, &key.algorithm) {
        (Algorithm::RS256, AlgorithmParameters::RSA(_)) => true,
        (Algorithm::ES256, AlgorithmParameters::EllipticCurve(parameters)) => parameters.curve == EllipticCurve::P256,
        (Algorithm::EdDSA, AlgorithmParameters::OctetKeyPair(parameters)) => parameters.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    is_for_signatures && is_for_algorithm && is_of_kind
}

#[cfg(test)]
mod tests;
