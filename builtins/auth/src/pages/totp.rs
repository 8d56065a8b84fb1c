//! `totp`: takes a secret over into an app. The secret stays the same while codes are mistyped, so that it is scanned once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guesthouse::http::Response;
use maud::html;

use super::form;
use super::frame::Page;
use super::visit::{Member, Visit};
use super::{PROFILE, TOTP};
use crate::codes::{self, CODE_CHARACTERS, Code, Purpose};
use crate::error::Error;
use crate::{qr_code, redirect, totp};

pub async fn page(visit: Visit) -> Result<Response, Error> {
    let member = match visit.member(TOTP).await? {
        Ok(member) => member,
        Err(response) => return Ok(response),
    };
    if member.account().totp_secret.is_some() {
        return Ok(member.visit.on_to(PROFILE));
    }
    let (setup, secret) = secret(&member).await?;
    let here = redirect::with(TOTP, "setup", &setup);
    let url = totp::url(member.account(), &secret);
    let picture = format!("data:image/png;base64,{}", STANDARD.encode(qr_code::png(&url)?));
    let body = html! {
        p { "Scan this with an authenticator app. From then on signing in takes your password and a code that the app shows." }
        p.picture { img.qr-code src=(picture) alt="QR code for an authenticator app"; }
        details {
            summary { "Enter it by hand" }
            p { code.secret { (in_groups(&secret)) } }
        }
        form method="post" action=(form::action("totp/confirm", &here)) {
            (form::hidden(&member.request_token, PROFILE))
            input type="hidden" name="totp_url" value=(url);
            (form::code_field("totp", "totp", "Code that the app shows", true))
            button.primary type="submit" { "Turn on" }
        }
        p.links { a href=(PROFILE) { "Not now" } }
    };
    let page = Page {
        application: member.visit.application(),
        title: "Set up a second factor",
        alert: member.visit.alert(),
        body,
        form_target: None,
        is_wide: false,
        has_script: false,
    };
    Ok(member.keep_signed_in(page.answer(200)))
}

/// The secret that the page had before, or a new one, and the code by which the page finds it again. There is one at a time.
async fn secret(member: &Member) -> Result<(String, String), Error> {
    let database = &member.visit.database;
    let user = &member.account().id;
    if let Some(setup) = member.visit.query("setup", CODE_CHARACTERS)
        && let Some(code) = codes::look_up(database, Purpose::TotpSetup, setup).await?
        && let Some(secret) = code.detail.filter(|_| code.user == *user)
    {
        return Ok((setup.to_owned(), secret));
    }
    let secret = totp::new_secret()?;
    let code = Code {
        user: user.clone(),
        detail: Some(secret.clone()),
        mfa: false,
    };
    Ok((codes::give_out(database, Purpose::TotpSetup, &code).await?, secret))
}

/// Four letters at a time, as people read them.
fn in_groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups = letters.chunks(4).map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}
