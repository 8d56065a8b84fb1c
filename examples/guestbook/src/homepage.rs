//! The title of a visitor's homepage: a request to another server, of which nothing may be expected.

use guesthouse::http::{ErrorCode, Outgoing};
use std::fmt;

/// A title stands near the beginning of a page. The rest is not read.
const PAGE_BYTES_MAX: usize = 64 * 1024;
/// Characters of a title. A longer one is cut off.
const TITLE_LENGTH_MAX: usize = 120;

/// Why there is no title.
#[derive(Debug)]
pub enum Failure {
    /// The grants do not allow this server.
    Denied,
    /// It cannot be reached, or what it answers is not HTTP.
    Unreachable(ErrorCode),
    /// It answered with this status. Redirects are not followed.
    Status(u16),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied => f.write_str("no grant allows this server"),
            Self::Unreachable(error) => write!(f, "it cannot be reached: {error}"),
            Self::Status(status) => write!(f, "it answered with status {status}"),
        }
    }
}

/// Asks for the page at `url` and returns its title; nothing if it has none.
pub async fn title(url: &str) -> Result<Option<String>, Failure> {
    let request = Outgoing::get(url)
        .with_header("accept", "text/html")
        .with_header("user-agent", "guesthouse-guestbook/0.1");
    let response = request.send().await.map_err(|error| match error {
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => Failure::Denied,
        other => Failure::Unreachable(other),
    })?;
    if response.status != 200 {
        return Err(Failure::Status(response.status));
    }
    let is_html = response
        .header("content-type")
        .is_some_and(|value| value.starts_with("text/html"));
    if !is_html {
        return Ok(None);
    }
    let bytes = response.first_bytes(PAGE_BYTES_MAX).await;
    Ok(find_title(&String::from_utf8_lossy(&bytes)))
}

/// The text of the first `<title>`, its white space folded. Entities other than the five of XML stay as they are written:
/// a title with a strange name in it is no reason for a parser of HTML.
fn find_title(html: &str) -> Option<String> {
    // Only ASCII letters change, so that places in `lower` are places in `html`.
    let lower = html.to_ascii_lowercase();
    let tag = lower.find("<title")?;
    let start = tag + lower[tag..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    let folded = html[start..end].split_whitespace().collect::<Vec<_>>().join(" ");
    let text = folded
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    let title: String = text
        .chars()
        .filter(|character| !character.is_control())
        .take(TITLE_LENGTH_MAX)
        .collect();
    Some(title).filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use super::find_title;

    #[test]
    fn finds_the_title() {
        let page = "<!doctype html><HTML><head><Title lang=\"en\">\n  Tea &amp;\n cake \u{fc} </TITLE></head>";
        assert_eq!(find_title(page).as_deref(), Some("Tea & cake \u{fc}"));
        assert_eq!(find_title("<title>&amp;lt;</title>").as_deref(), Some("&lt;"));
    }

    #[test]
    fn cuts_off_a_long_title() {
        let page = format!("<title>{}</title>", "\u{fc}".repeat(500));
        assert_eq!(find_title(&page).map(|title| title.chars().count()), Some(120));
    }

    #[test]
    fn finds_none_where_there_is_none() {
        for page in [
            "",
            "<title>",
            "<title",
            "<title>never ends",
            "<title> </title>",
            "plain",
        ] {
            assert_eq!(find_title(page), None, "{page}");
        }
    }
}
