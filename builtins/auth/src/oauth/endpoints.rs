//! Where a provider is: known, set by the operator, or discovered from its issuer.

use serde::Deserialize;
use serde_json::Value;

use super::client::{Client, Unreachable};
use super::documents;
use super::known::Authentication;
use super::provider::{Place, Provider};

/// The URLs of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    pub authorization: String,
    pub token: String,
    pub user: Option<String>,
    /// None where it has no id_tokens.
    pub id_tokens: Option<IdTokens>,
    pub authentication: Authentication,
}

/// Who signs id_tokens, and where the keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdTokens {
    /// `{tid}` stands for the claim of that name.
    pub issuer: String,
    pub keys: String,
}

/// Why it is not known where a provider is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undiscovered {
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    #[error("its openid-configuration is not one: {0}")]
    Malformed(String),
    #[error("its openid-configuration names another issuer: the issuer of the row has to be written exactly as there")]
    OtherIssuer,
    #[error("its openid-configuration leads away from https")]
    NotEncrypted,
}

/// What of OpenID Connect Discovery 1.0 matters here.
#[derive(Deserialize)]
struct Configuration {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: Option<String>,
    jwks_uri: String,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// Finds out where a provider is.
pub async fn find(provider: &Provider, client: &Client) -> Result<Endpoints, Undiscovered> {
    let authentication = provider.known.authentication;
    match &provider.place {
        Place::Known(urls) => Ok(Endpoints {
            authorization: urls.authorization.into(),
            token: urls.token.into(),
            user: urls.user.map(Into::into),
            id_tokens: urls.id_tokens.as_ref().map(|id_tokens| IdTokens {
                issuer: id_tokens.issuer.into(),
                keys: id_tokens.keys.into(),
            }),
            authentication,
        }),
        Place::Set {
            authorization,
            token,
            user,
        } => Ok(Endpoints {
            authorization: authorization.clone(),
            token: token.clone(),
            user: Some(user.clone()),
            id_tokens: None,
            authentication,
        }),
        Place::Issuer(issuer) => {
            let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
            let document = documents::get(client, &url).await?;
            read(&document, issuer, authentication)
        }
    }
}

/// Reads what a server says of itself. Whoever answers for an issuer must call itself so, or it could speak for another.
fn read(document: &Value, issuer: &str, authentication: Authentication) -> Result<Endpoints, Undiscovered> {
    let configuration =
        Configuration::deserialize(document).map_err(|error| Undiscovered::Malformed(error.to_string()))?;
    if configuration.issuer != issuer {
        return Err(Undiscovered::OtherIssuer);
    }
    let urls = [
        Some(&configuration.authorization_endpoint),
        Some(&configuration.token_endpoint),
        Some(&configuration.jwks_uri),
        configuration.userinfo_endpoint.as_ref(),
    ];
    let is_encrypted = |url: &str| url.starts_with("https://");
    if is_encrypted(issuer) && !urls.into_iter().flatten().all(|url| is_encrypted(url)) {
        return Err(Undiscovered::NotEncrypted);
    }
    // A server that does not say takes the field `authorization`.
    let methods = configuration.token_endpoint_auth_methods_supported;
    let takes_body_alone = methods.is_some_and(|methods| !methods.iter().any(|method| method == "client_secret_basic"));
    let authentication = match authentication {
        Authentication::Basic if takes_body_alone => Authentication::Body,
        other => other,
    };
    Ok(Endpoints {
        authorization: configuration.authorization_endpoint,
        token: configuration.token_endpoint,
        user: configuration.userinfo_endpoint,
        id_tokens: Some(IdTokens {
            issuer: configuration.issuer,
            keys: configuration.jwks_uri,
        }),
        authentication,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn configuration() -> Value {
        json!({
            "issuer": "https://id.example",
            "authorization_endpoint": "https://id.example/auth",
            "token_endpoint": "https://id.example/token",
            "userinfo_endpoint": "https://id.example/me",
            "jwks_uri": "https://keys.example/jwks",
        })
    }

    fn read_with(name: &str, value: Value) -> Result<Endpoints, Undiscovered> {
        let mut document = configuration();
        document[name] = value;
        read(&document, "https://id.example", Authentication::Basic)
    }

    #[test]
    fn a_server_says_where_it_is() {
        let endpoints = read(&configuration(), "https://id.example", Authentication::Basic).unwrap();
        assert_eq!(endpoints.token, "https://id.example/token");
        assert_eq!(endpoints.id_tokens.unwrap().keys, "https://keys.example/jwks");
        assert_eq!(endpoints.authentication, Authentication::Basic);
        let posting = read_with("token_endpoint_auth_methods_supported", json!(["client_secret_post"])).unwrap();
        assert_eq!(posting.authentication, Authentication::Body);
    }

    #[test]
    fn no_server_speaks_for_another() {
        for issuer in ["https://evil.example", "https://id.example/", "HTTPS://id.example", ""] {
            assert_eq!(
                read_with("issuer", json!(issuer)),
                Err(Undiscovered::OtherIssuer),
                "{issuer}"
            );
        }
    }

    #[test]
    fn nothing_leads_away_from_encryption() {
        for name in [
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "jwks_uri",
        ] {
            assert_eq!(
                read_with(name, json!("http://id.example/x")),
                Err(Undiscovered::NotEncrypted),
                "{name}"
            );
        }
        assert!(matches!(
            read_with("jwks_uri", json!(1)),
            Err(Undiscovered::Malformed(_))
        ));
        assert!(matches!(
            read(&json!([]), "", Authentication::Basic),
            Err(Undiscovered::Malformed(_))
        ));
    }
}
