//! The style and the script of the pages. Their URLs change with what is in them; what was kept for five minutes is asked for again, so that a
//! component that takes one over is soon seen.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use guesthouse::http::{Request, Response};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("passkeys.js");

static STYLE_NAME: LazyLock<String> = LazyLock::new(|| name(STYLE));
static SCRIPT_NAME: LazyLock<String> = LazyLock::new(|| name(SCRIPT));

pub fn style_url() -> String {
    format!("/_/auth/style.css?v={}", *STYLE_NAME)
}

pub fn script_url() -> String {
    format!("/_/auth/passkeys.js?v={}", *SCRIPT_NAME)
}

pub fn style(request: &Request) -> Response {
    file(request, STYLE, &STYLE_NAME, "text/css; charset=utf-8")
}

pub fn script(request: &Request) -> Response {
    file(request, SCRIPT, &SCRIPT_NAME, "text/javascript; charset=utf-8")
}

fn name(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..9])
}

fn file(request: &Request, text: &str, name: &str, content_type: &str) -> Response {
    let tag = format!("\"{name}\"");
    let is_known = request.header("if-none-match") == Some(&tag);
    let response = if is_known {
        Response::new(304, Vec::new())
    } else {
        Response::new(200, text.into()).with_header("content-type", content_type)
    };
    response
        .with_header("etag", &tag)
        .with_header("cache-control", "public, max-age=300")
        .with_header("x-content-type-options", "nosniff")
}
