//! A provider of OAuth and OpenID Connect that does as a test says: the wrong thing, mostly.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, OnceLock};

/// The first key of RFC 8032, section 7.1, with its public half, and the second.
const KEY: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC_KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const OTHER_KEY: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
/// What stands before an Ed25519 key in PKCS #8.
const PKCS8_PREFIX: &str = "302e020100300506032b657004220420";

/// What a path answers.
#[derive(Debug, Clone)]
pub enum Reply {
    Json(u16, Value),
    Redirect(String),
    /// A body that does not end.
    Endless,
    /// Nothing, for as long as the client waits.
    Silence,
}

/// A provider of its own below one path of a server that all tests share.
pub struct IdentityProvider {
    pub issuer: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    replies: HashMap<String, Reply>,
    /// What the code verifier has to answer.
    challenge: Option<String>,
    /// Bodies that were sent to `/token`.
    exchanges: Vec<String>,
}

type States = Mutex<Vec<Arc<Mutex<State>>>>;

struct Shared {
    address: SocketAddr,
    states: Arc<States>,
}

/// Where all of them are.
pub fn address() -> SocketAddr {
    shared().address
}

impl IdentityProvider {
    /// One that does everything right for somebody whose address is verified, once it is told the nonce.
    pub fn start() -> Self {
        let shared = shared();
        let state = Arc::new(Mutex::new(State::default()));
        let mut states = shared.states.lock().expect("no test panicked here");
        states.push(state.clone());
        let issuer = format!("http://{}/{}", shared.address, states.len() - 1);
        let provider = Self { issuer, state };
        provider.reply(
            "/.well-known/openid-configuration",
            Reply::Json(200, provider.configuration()),
        );
        provider.reply("/jwks", Reply::Json(200, json!({"keys": [public_key("one")]})));
        provider.reply(
            "/me",
            Reply::Json(
                200,
                json!({"sub": "1", "email": "somebody@example.org", "email_verified": true}),
            ),
        );
        provider
    }

    pub fn configuration(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        json!({"issuer": self.issuer, "authorization_endpoint": at("/auth"), "token_endpoint": at("/token"),
            "userinfo_endpoint": at("/me"), "jwks_uri": at("/jwks"), "token_endpoint_auth_methods_supported": ["client_secret_post"]})
    }

    /// Sets what a path answers.
    pub fn reply(&self, path: &str, reply: Reply) {
        self.state().replies.insert(path.into(), reply);
    }

    /// Gives this id_token for any code.
    pub fn give(&self, id_token: &str) {
        self.reply(
            "/token",
            Reply::Json(
                200,
                json!({"access_token": "a", "token_type": "Bearer", "id_token": id_token}),
            ),
        );
    }

    /// Refuses codes unless the verifier is the one that this challenge was made of.
    pub fn expect_challenge(&self, challenge: &str) {
        self.state().challenge = Some(challenge.into());
    }

    /// How many codes were brought.
    pub fn exchanges(&self) -> usize {
        self.state().exchanges.len()
    }

    /// The claims of somebody whose address is verified.
    pub fn claims(&self, nonce: &str) -> Value {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("it is later")
            .as_secs();
        json!({"iss": self.issuer, "aud": "client", "sub": "1", "nonce": nonce, "iat": now, "exp": now + 300,
            "email": "somebody@example.org", "email_verified": true})
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no test panicked here")
    }
}

/// An id_token with the key that the provider lists.
pub fn signed(claims: &Value) -> String {
    signed_with(KEY, "one", claims)
}

/// One with another key, which claims to be that one or another.
pub fn signed_by_another(key_name: &str, claims: &Value) -> String {
    signed_with(OTHER_KEY, key_name, claims)
}

fn signed_with(key: &str, name: &str, claims: &Value) -> String {
    let header = Header {
        kid: Some(name.into()),
        ..Header::new(Algorithm::EdDSA)
    };
    let key = EncodingKey::from_ed_der(&bytes(&format!("{PKCS8_PREFIX}{key}")));
    encode(&header, claims, &key).expect("a token can be signed")
}

/// One that nobody signed.
pub fn unsigned(claims: &Value) -> String {
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    format!(
        "{}.{}.",
        part(json!({"alg": "none", "kid": "one"}).to_string()),
        part(claims.to_string())
    )
}

/// The public half of the key, under a name.
pub fn public_key(name: &str) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": name, "x": URL_SAFE_NO_PAD.encode(bytes(PUBLIC_KEY))})
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let pairs = hexadecimal.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hexadecimal");
    pairs.map(byte).collect()
}

fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let states = Arc::new(States::default());
        let of_server = states.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let states = of_server.clone();
                // The client may be gone: that is its affair.
                std::thread::spawn(move || answer(stream, &states).unwrap_or_default());
            }
        });
        Shared { address, states }
    })
}

fn answer(mut stream: TcpStream, states: &States) -> std::io::Result<()> {
    let (target, body) = read(&mut stream)?;
    let path = target.split('?').next().unwrap_or_default();
    let (number, path) = path[1..].find('/').map_or((path, "/"), |end| path.split_at(end + 1));
    let number: usize = number.trim_start_matches('/').parse().unwrap_or(usize::MAX);
    let state = states.lock().expect("no test panicked here").get(number).cloned();
    let reply = state.and_then(|state| {
        let mut state = state.lock().expect("no test panicked here");
        if path == "/token" {
            state.exchanges.push(body.clone());
            let refused = state
                .challenge
                .as_ref()
                .is_some_and(|challenge| !answers(&body, challenge));
            if refused {
                return Some(Reply::Json(400, json!({"error": "invalid_grant"})));
            }
        }
        state.replies.get(path).cloned()
    });
    match reply.unwrap_or(Reply::Json(404, json!({}))) {
        Reply::Json(status, value) => {
            let body = value.to_string();
            let head = format!(
                "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all((head + &body).as_bytes())
        }
        Reply::Redirect(to) => {
            let head = format!("HTTP/1.1 302 x\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(head.as_bytes())
        }
        Reply::Endless => {
            stream.write_all(b"HTTP/1.1 200 x\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n\"")?;
            loop {
                stream.write_all(&[b'.'; 64 * 1024])?;
            }
        }
        Reply::Silence => stream.read_to_end(&mut Vec::new()).map(drop),
    }
}

/// Target and body of a request.
fn read(stream: &mut TcpStream) -> std::io::Result<(String, String)> {
    let mut text = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let count = stream.read(&mut chunk)?;
        text.extend_from_slice(&chunk[..count]);
        let so_far = String::from_utf8_lossy(&text);
        if let Some((head, body)) = so_far.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length:")
                    .map(str::to_owned)
            });
            let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
            if body.len() >= length {
                let target = head.split(' ').nth(1).unwrap_or("/");
                return Ok((target.to_owned(), body.to_owned()));
            }
        }
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn answers(body: &str, challenge: &str) -> bool {
    let verifier = body.split('&').find_map(|pair| pair.strip_prefix("code_verifier="));
    verifier.is_some_and(|verifier| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge)
}
