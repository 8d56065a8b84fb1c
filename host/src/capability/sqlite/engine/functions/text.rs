//! `is_email(x)` and `regexp(pattern, text)`, which is also the operator `text REGEXP pattern`.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};
use rusqlite::{Connection, Result};

use super::{super::limits, cache::Cache, failed, pure, tested_text, text_argument};

/// What HTML's `<input type=email>` accepts, with a dot in the domain, and without a dot at either end of the name.
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    const NAME: &str = r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+";
    const LABEL: &str = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
    Regex::new(&format!(r"\A{NAME}(?:\.{NAME})*@{LABEL}(?:\.{LABEL})+\z")).expect("the pattern is constant")
});

/// The longest address that mail can be sent to.
const EMAIL_BYTES: usize = 254;

pub fn register(connection: &Connection) -> Result<()> {
    connection.create_scalar_function("is_email", 1, pure(), |context| {
        Ok(tested_text(context, 0).map_or_else(|verdict| verdict, is_email))
    })?;
    let patterns = Cache::<Regex>::new();
    connection.create_scalar_function("regexp", 2, pure(), move |context| {
        let (Some(pattern), Some(text)) = (text_argument(context, 0)?, text_argument(context, 1)?) else {
            return Ok(None);
        };
        Ok(Some(patterns.get(pattern, compile)?.is_match(text)))
    })
}

fn is_email(text: &str) -> bool {
    text.len() <= EMAIL_BYTES && EMAIL.is_match(text)
}

fn compile(pattern: &str) -> Result<Regex> {
    let builder = RegexBuilder::new(pattern)
        .size_limit(limits::REGEX_BYTES)
        .dfa_size_limit(limits::REGEX_BYTES)
        .build();
    builder.map_err(|error| failed(format!("regexp: {error}")))
}
