//! The client secret of Apple: a token that is signed anew for each use, with the key whose file the operator keeps as the secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;

/// How long it is good for, in seconds: it is used at once.
const LIFETIME_SEC: i64 = 5 * 60;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
    aud: &'a str,
    sub: &'a str,
}

/// The secret for this client, or what is wrong with the key, in words for the operator. `file` is the `.p8` file, as Apple gives it.
pub fn client_secret(client_id: &str, team: &str, key: &str, file: &str, now: i64) -> Result<String, String> {
    let is_line_of_key = |line: &&str| !line.starts_with("-----");
    let base64: String = file.lines().map(str::trim).filter(is_line_of_key).collect();
    let pkcs8 = STANDARD.decode(base64).map_err(|_| not_a_key())?;
    let claims = Claims {
        iss: team,
        iat: now,
        exp: now + LIFETIME_SEC,
        aud: "https://appleid.apple.com",
        sub: client_id,
    };
    let header = Header {
        kid: Some(key.into()),
        ..Header::new(Algorithm::ES256)
    };
    encode(&header, &claims, &EncodingKey::from_ec_der(&pkcs8)).map_err(|_| not_a_key())
}

fn not_a_key() -> String {
    "the client secret of Apple is not the .p8 file of a key".into()
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
    use serde_json::Value;

    use super::*;

    /// What stands before the number that is a private key of P-256 in PKCS #8.
    const PREFIX: [u8; 35] = [
        0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20,
    ];
    /// The public half of the key whose number is one: the base point of the curve.
    const PUBLIC: (&str, &str) = (
        "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
        "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
    );

    /// The file of that key.
    fn file() -> String {
        let mut number = [0; 32];
        number[31] = 1;
        let base64 = STANDARD.encode([PREFIX.as_slice(), &number].concat());
        let (first, second) = base64.split_at(64);
        format!("-----BEGIN PRIVATE KEY-----\n{first}\n{second}\n-----END PRIVATE KEY-----\n")
    }

    #[test]
    fn the_secret_says_who_asks_and_is_signed() {
        let now = crate::database::now();
        let secret = client_secret("com.example.app", "TEAM", "KEY", &file(), now).unwrap();
        assert_eq!(decode_header(&secret).unwrap().kid.as_deref(), Some("KEY"));
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&["https://appleid.apple.com"]);
        validation.set_issuer(&["TEAM"]);
        let key = DecodingKey::from_ec_components(PUBLIC.0, PUBLIC.1).unwrap();
        let claims = decode::<Value>(&secret, &key, &validation).unwrap().claims;
        assert_eq!(claims["sub"], "com.example.app");
        assert_eq!(claims["exp"], now + LIFETIME_SEC);
    }

    #[test]
    fn what_is_no_key_is_said_to_be_none() {
        for file in [
            "",
            "secret",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        ] {
            assert!(
                client_secret("a", "b", "c", file, 0).unwrap_err().contains(".p8"),
                "{file}"
            );
        }
    }
}
