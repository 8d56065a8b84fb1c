//! The two halves of a sign-in: sending a browser to the provider, and finding out who came back.

use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AccessToken, AuthType, AuthUrl, AuthorizationCode, Client as OauthClient, ClientId, ClientSecret, CsrfToken,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardRevocableToken,
    TokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::{Client, Unreachable};
use super::endpoints::{self, Endpoints};
use super::failure::Failure;
use super::id_token::{self, Expected, Refusal};
use super::known::{Authentication, Email};
use super::profile::Profile;
use super::provider::Provider;
use super::state::State;
use super::{apple, documents};
use crate::{database, limits};

/// What a provider gives for a code. What else it says of its tokens does not matter, and some say it in ways of their own.
#[derive(Debug, Serialize, Deserialize)]
struct Tokens {
    access_token: AccessToken,
    id_token: Option<String>,
}

impl TokenResponse for Tokens {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &BasicTokenType::Bearer
    }

    fn expires_in(&self) -> Option<std::time::Duration> {
        None
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

type Protocol = OauthClient<
    BasicErrorResponse,
    Tokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;

/// Where to send a browser that begins a sign-in.
pub async fn begin(provider: &Provider, state: &State) -> Result<String, Failure> {
    // What would fail on the way back is better said before anybody leaves.
    provider.secret().map_err(|why| provider.not_set_up(why))?;
    let endpoints = provider.endpoints(&Client::new()).await?;
    let authorization = AuthUrl::new(endpoints.authorization).map_err(|_| provider.no_url("auth_url"))?;
    let client = provider.protocol(state)?.set_auth_uri(authorization);
    let scopes = provider.scopes.split_whitespace();
    let mut request = client
        .authorize_url(|| CsrfToken::new(state.state.clone()))
        .add_scopes(scopes.map(|scope| Scope::new(scope.into())));
    if provider.known.has_pkce {
        let verifier = PkceCodeVerifier::new(state.verifier.clone());
        request = request.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    }
    if endpoints.id_tokens.is_some() {
        request = request.add_extra_param("nonce", state.nonce.as_str());
    }
    for (name, value) in provider.known.extra {
        request = request.add_extra_param(*name, *value);
    }
    let (url, _) = request.url();
    Ok(url.into())
}

/// Who came back with a code. `issuer` is whom the answer says to be from, if it does (RFC 9207).
pub async fn finish(provider: &Provider, state: &State, code: &str, issuer: Option<&str>) -> Result<Profile, Failure> {
    let client = Client::new();
    let endpoints = provider.endpoints(&client).await?;
    let expected_issuer = endpoints.id_tokens.as_ref().map(|id_tokens| id_tokens.issuer.as_str());
    if issuer.is_some() && expected_issuer.is_some_and(|expected| !expected.contains('{') && issuer != Some(expected)) {
        return Err(Failure::InvalidState);
    }
    let tokens = exchange(provider, &endpoints, &client, state, code).await?;
    let access_token = tokens.access_token.secret();
    let unreachable = |error: Unreachable| provider.failed(error.to_string());

    let claims = claims(provider, &endpoints, &client, state, &tokens).await?;
    // What the token says of somebody may be no more than who they are.
    let needs_more = claims.as_ref().is_none_or(|claims| claims.get("email").is_none());
    let answer = match (&endpoints.user, claims) {
        (Some(url), claims) if needs_more => {
            let answer = client.json(url, Some(access_token)).await.map_err(unreachable)?;
            if claims.is_some_and(|claims| claims.get("sub") != answer.get("sub")) {
                return Err(provider.failed("its user information is about somebody else".into()));
            }
            answer
        }
        (_, Some(claims)) => claims,
        (_, None) => return Err(provider.failed("it says nowhere who somebody is".into())),
    };
    let addresses = match (provider.known.fields.email, &endpoints.user) {
        (Email::ListOfGithub, Some(url)) => {
            let url = format!("{url}/emails");
            Some(client.json(&url, Some(access_token)).await.map_err(unreachable)?)
        }
        _ => None,
    };
    let profile = Profile::read(provider.known, &answer, addresses.as_ref());
    profile.ok_or_else(|| provider.failed("its answer does not say who somebody is".into()))
}

async fn exchange(
    provider: &Provider,
    endpoints: &Endpoints,
    client: &Client,
    state: &State,
    code: &str,
) -> Result<Tokens, Failure> {
    let secret = provider.secret().map_err(|why| provider.not_set_up(why))?;
    let secret = match (endpoints.authentication, &provider.key) {
        (Authentication::SignedByApple, Some((team, key))) => {
            let signed = apple::client_secret(&provider.client_id, team, key, &secret, database::now());
            signed.map_err(|why| provider.not_set_up(why))?
        }
        _ => secret,
    };
    let authentication = match endpoints.authentication {
        Authentication::Basic => AuthType::BasicAuth,
        Authentication::Body | Authentication::SignedByApple => AuthType::RequestBody,
    };
    let token = TokenUrl::new(endpoints.token.clone()).map_err(|_| provider.no_url("token_url"))?;
    let protocol = provider
        .protocol(state)?
        .set_token_uri(token)
        .set_client_secret(ClientSecret::new(secret))
        .set_auth_type(authentication);
    let mut request = protocol.exchange_code(AuthorizationCode::new(code.into()));
    if provider.known.has_pkce {
        request = request.set_pkce_verifier(PkceCodeVerifier::new(state.verifier.clone()));
    }
    let send = |request| client.send(request);
    let tokens = request.request_async(&send).await.map_err(|error| match error {
        RequestTokenError::Request(error) => provider.failed(error.to_string()),
        RequestTokenError::ServerResponse(error) => refused(provider, error.error().as_ref()),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            provider.failed("its answer to the code is not one of OAuth 2".into())
        }
    })?;
    if tokens.access_token.secret().len() > limits::PROVIDER_TOKEN_BYTES_MAX {
        return Err(provider.failed("its access token is too long".into()));
    }
    Ok(tokens)
}

/// What the id_token says, once it was checked. Keys that are not known yet are asked for once.
async fn claims(
    provider: &Provider,
    endpoints: &Endpoints,
    client: &Client,
    state: &State,
    tokens: &Tokens,
) -> Result<Option<Value>, Failure> {
    let Some(id_tokens) = &endpoints.id_tokens else {
        return Ok(None);
    };
    let Some(token) = &tokens.id_token else {
        return Err(provider.failed("it gave no id_token: its scopes have to contain openid".into()));
    };
    let expected = Expected {
        issuer: &id_tokens.issuer,
        client_id: &provider.client_id,
        nonce: &state.nonce,
    };
    let unreachable = |error: Unreachable| provider.failed(error.to_string());
    let keys = documents::get(client, &id_tokens.keys).await.map_err(unreachable)?;
    let verified = match id_token::verify(token, &keys, &expected) {
        Err(Refusal::UnknownKey) => {
            let keys = documents::get_anew(client, &id_tokens.keys)
                .await
                .map_err(unreachable)?;
            id_token::verify(token, &keys, &expected)
        }
        verified => verified,
    };
    verified
        .map(Some)
        .map_err(|refusal| provider.failed(refusal.to_string()))
}

/// A code that is wrong is the browser's affair; anything else that a provider refuses is the operator's.
fn refused(provider: &Provider, code: &str) -> Failure {
    if code == "invalid_grant" {
        return Failure::Refused {
            provider: provider.display_name.clone(),
            code: Some(code.into()),
        };
    }
    let name = provider.secret_name();
    provider.not_set_up(format!(
        "it refuses this client ({}): look at client_id and the secret {name}",
        plain(code)
    ))
}

/// A code of an error as it may be shown: providers have no others.
pub fn plain(code: &str) -> &str {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if code.len() <= 64 && code.bytes().all(is_plain) {
        code
    } else {
        "unknown"
    }
}

impl Provider {
    async fn endpoints(&self, client: &Client) -> Result<Endpoints, Failure> {
        let found = endpoints::find(self, client).await;
        found.map_err(|error| self.failed(error.to_string()))
    }

    fn protocol(&self, state: &State) -> Result<Protocol, Failure> {
        let callback = RedirectUrl::new(state.callback.clone()).map_err(|_| self.no_url("the URL of this server"))?;
        Ok(Protocol::new(ClientId::new(self.client_id.clone())).set_redirect_uri(callback))
    }

    fn failed(&self, why: String) -> Failure {
        Failure::Provider {
            provider: self.display_name.clone(),
            why,
        }
    }

    fn not_set_up(&self, why: String) -> Failure {
        Failure::SetUp {
            provider: self.display_name.clone(),
            why,
        }
    }

    fn no_url(&self, what: &str) -> Failure {
        self.not_set_up(format!("{what} is no URL"))
    }
}
