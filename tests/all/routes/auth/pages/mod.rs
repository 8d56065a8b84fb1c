//! `/_/auth/...`: the pages, as far as they can be judged without a browser. `browser/` has people use them.

mod access;
mod escaping;
mod files;
mod policy;
mod replaced;

use crate::accounts::Tokens;
use guesthouse_tests::{Answer, Server};

/// Every page, and whether it is for people who are signed in.
const PAGES: &[(&str, bool)] = &[
    ("login", false),
    ("mfa", false),
    ("register", false),
    ("check_mail", false),
    ("reset_password/request", false),
    ("reset_password/update", false),
    ("otp", false),
    ("profile", true),
    ("totp", true),
    ("delete", true),
    ("logout", false),
    ("nothing", false),
];

/// Opens a page as a browser does, with the cookies of whoever is signed in.
fn open(server: &Server, page: &str, who: Option<&Tokens>) -> Answer {
    let request = server.request("GET", &format!("/_/auth/{page}"));
    match who {
        Some(tokens) => request.header("cookie", &tokens.cookies()).send(),
        None => request.send(),
    }
}

/// The value of the field `name` in the first form that has it.
#[track_caller]
fn field(page: &Answer, name: &str) -> String {
    let text = page.text();
    let (_, rest) = text
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap_or_else(|| panic!("no field {name} in {text}"));
    rest.split('"').next().expect("a value").to_owned()
}
