//! The page that a browser shows. Everything that a visitor wrote passes through `escape`.

use crate::entry::{Entry, PAGE_ENTRIES};
use crate::signing::{HOMEPAGE_LENGTH_MAX, MESSAGE_LENGTH_MAX, Mistake, NAME_LENGTH_MAX, Signing};
use guesthouse::html::escape;
use guesthouse::http::Response;

/// How it looks.
pub const STYLE: &str = include_str!("style.css");

/// The page needs its own style and form and nothing else, so that is all that the browser may use, whatever gets into it.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What the page says about what was just done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// All went well.
    Signed,
    /// The homepage's server may not be asked.
    TitleDenied,
    /// The homepage's server did not answer as it should.
    TitleUnreadable,
}

impl Notice {
    const ALL: [Self; 3] = [Self::Signed, Self::TitleDenied, Self::TitleUnreadable];

    /// As the address of the page has it. Not the text itself: an address is easily made by somebody else.
    pub fn code(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::TitleDenied => "title-denied",
            Self::TitleUnreadable => "title-unreadable",
        }
    }

    /// Reads it from there.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.code() == code)
    }

    fn text(self) -> &'static str {
        match self {
            Self::Signed => "Thank you for signing.",
            Self::TitleDenied => {
                "Thank you for signing. This guestbook may not ask your homepage's server for the title of the page."
            }
            Self::TitleUnreadable => "Thank you for signing. The title of your homepage could not be read.",
        }
    }
}

/// The page as a response.
pub fn response(status: u16, html: &str) -> Response {
    Response::html(status, html.to_owned())
        .with_header("content-security-policy", POLICY)
        .with_header("x-content-type-options", "nosniff")
        .with_header("referrer-policy", "no-referrer")
}

/// The page: a notice, the form as it was filled in with its mistakes, and the entries.
pub fn render(entries: &[Entry], signing: &Signing, mistakes: &[Mistake], notice: Option<Notice>) -> String {
    let notice = notice.map_or(String::new(), |notice| {
        format!("<p class=\"notice\" role=\"status\">{}</p>\n", notice.text())
    });
    let listed: String = entries.iter().map(render_entry).collect();
    let listed = if listed.is_empty() {
        "<p>Nobody has signed yet.</p>\n"
    } else {
        &listed
    };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Guestbook</title>\n\
         <link rel=\"stylesheet\" href=\"/guestbook/style.css\">\n</head>\n<body>\n<main>\n<h1>Guestbook</h1>\n\
         {notice}{form}<section aria-labelledby=\"entries\">\n<h2 id=\"entries\">Entries</h2>\n{listed}{older}</section>\n\
         </main>\n</body>\n</html>\n",
        form = render_form(signing, mistakes),
        older = render_older(entries),
    )
}

fn render_form(signing: &Signing, mistakes: &[Mistake]) -> String {
    let mistake = |field: &str| mistakes.iter().find(|mistake| mistake.field == field);
    let hint = |field: &str| {
        mistake(field).map_or(String::new(), |mistake| {
            format!(
                "<span class=\"mistake\" id=\"{field}-mistake\">{}</span>\n",
                mistake.text
            )
        })
    };
    let described = |field: &str| match mistake(field) {
        Some(_) => format!(" aria-invalid=\"true\" aria-describedby=\"{field}-mistake\""),
        None => String::new(),
    };
    let homepage = signing.homepage.as_deref().unwrap_or_default();
    format!(
        "<form method=\"post\" action=\"/guestbook\">\n\
         <label for=\"name\">Name</label>\n\
         <input id=\"name\" name=\"name\" required maxlength=\"{NAME_LENGTH_MAX}\" autocomplete=\"name\" value=\"{}\"{}>\n{}\
         <label for=\"homepage\">Homepage (optional)</label>\n\
         <input id=\"homepage\" name=\"homepage\" type=\"url\" maxlength=\"{HOMEPAGE_LENGTH_MAX}\" autocomplete=\"url\" value=\"{}\"{}>\n{}\
         <label for=\"message\">Message</label>\n\
         <textarea id=\"message\" name=\"message\" rows=\"4\" required maxlength=\"{MESSAGE_LENGTH_MAX}\"{}>\n{}</textarea>\n{}\
         <button>Sign</button>\n</form>\n",
        escape(&signing.name),
        described("name"),
        hint("name"),
        escape(homepage),
        described("homepage"),
        hint("homepage"),
        described("message"),
        escape(&signing.message),
        hint("message"),
    )
}

fn render_entry(entry: &Entry) -> String {
    let homepage = entry.homepage.as_deref().map_or(String::new(), |url| {
        let shown = entry.homepage_title.as_deref().unwrap_or(url);
        format!(
            " &middot; <a rel=\"nofollow noopener ugc\" href=\"{}\">{}</a>",
            escape(url),
            escape(shown)
        )
    });
    format!(
        "<article id=\"entry-{id}\">\n<h3>{name}</h3>\n<p class=\"about\"><time datetime=\"{time}\">{day}</time>{homepage}</p>\n\
         <p class=\"message\">{message}</p>\n</article>\n",
        id = entry.id,
        name = escape(&entry.name),
        time = entry.signed,
        day = entry.signed.split('T').next().unwrap_or_default(),
        message = escape(&entry.message),
    )
}

/// A link to what comes after a full page.
fn render_older(entries: &[Entry]) -> String {
    match entries.last() {
        Some(last) if i64::try_from(entries.len()) == Ok(PAGE_ENTRIES) => {
            format!("<p><a href=\"/guestbook?before={}\">Older entries</a></p>\n", last.id)
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Notice, render};
    use crate::entry::Entry;
    use crate::signing::{self, Signing};

    fn entry(id: i64) -> Entry {
        Entry {
            id,
            name: "<b>Ada</b>".into(),
            message: "\"><script>alert(1)</script>".into(),
            homepage: Some("https://example.com/?a&b".into()),
            homepage_title: Some("<i>".into()),
            signed: "2026-11-22T16:00:00Z".into(),
        }
    }

    #[test]
    fn escapes_what_visitors_wrote() {
        let signing = Signing {
            name: "\"><script>".into(),
            message: "</textarea><script>".into(),
            homepage: Some("\"'<script>".into()),
        };
        let html = render(&[entry(1)], &signing, &signing::mistakes(&signing), None);
        assert!(
            !html.contains("<script>") && !html.contains("<b>") && !html.contains("<i>"),
            "{html}"
        );
        assert!(html.contains("href=\"https://example.com/?a&amp;b\""), "{html}");
        assert!(html.contains("aria-describedby=\"homepage-mistake\""), "{html}");
    }

    #[test]
    fn links_to_older_entries_from_a_full_page_only() {
        let entries: Vec<_> = (1..=50).rev().map(entry).collect();
        let signing = Signing::default();
        assert!(render(&entries, &signing, &[], None).contains("/guestbook?before=1\""));
        assert!(!render(&entries[1..], &signing, &[], None).contains("before="));
        assert!(render(&[], &signing, &[], None).contains("Nobody has signed yet."));
    }

    #[test]
    fn notices_survive_the_address() {
        for notice in Notice::ALL {
            assert_eq!(Notice::from_code(notice.code()), Some(notice));
        }
        assert_eq!(Notice::from_code("<script>"), None);
    }
}
