//! What all pages have around them: the document, and the header fields that tell a browser to obey nothing else.

use guesthouse::http::Response;
use maud::{DOCTYPE, Markup, html};

use crate::form_errors::sentence;

/// What the program is called where the operator has not said.
pub const APPLICATION: &str = "Guesthouse";

/// A page.
pub struct Page<'a> {
    pub application: &'a str,
    pub title: &'a str,
    pub alert: Option<&'a str>,
    pub body: Markup,
    /// Where forms may lead beside this server.
    pub form_target: Option<String>,
    /// Whether it holds more than one thing to do.
    pub is_wide: bool,
    /// Whether it runs our script.
    pub has_script: bool,
}

impl Page<'_> {
    pub fn answer(self, status: u16) -> Response {
        let policy = policy(self.form_target.as_deref(), self.has_script);
        Response::html(status, self.document().into_string())
            .with_header("content-security-policy", &policy)
            .with_header("x-content-type-options", "nosniff")
    }

    fn document(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex";
                    title { (self.title) " · " (self.application) }
                    link rel="icon" href="data:,";
                    link rel="stylesheet" href=(super::files::style_url());
                    @if self.has_script { script src=(super::files::script_url()) defer {} }
                }
                body {
                    header { p.application { (self.application) } }
                    main class=[self.is_wide.then_some("wide")] {
                        h1 { (self.title) }
                        // Always there, since readers announce what changes inside and not what appears.
                        p #alert .alert role="status" aria-live="polite" { @if let Some(alert) = self.alert { (sentence(alert)) } }
                        (self.body)
                    }
                }
            }
        }
    }
}

fn policy(form_target: Option<&str>, has_script: bool) -> String {
    let script = if has_script {
        " script-src 'self'; connect-src 'self';"
    } else {
        ""
    };
    let target = form_target.map(|target| format!(" {target}")).unwrap_or_default();
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:;{script} form-action 'self'{target}; \
         frame-ancestors 'none'; base-uri 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_sentences_and_obeyed_by_nobody() {
        let page = Page {
            application: "<b>",
            title: "\"x\"",
            alert: Some("password <script>alert(1)</script>"),
            body: html! {},
            form_target: None,
            is_wide: false,
            has_script: false,
        };
        let text = page.document().into_string();
        assert!(
            text.contains("Password &lt;script&gt;alert(1)&lt;/script&gt;."),
            "{text}"
        );
        assert!(!text.contains("<script") && !text.contains("<b>"), "{text}");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!(sentence(""), ".");
    }

    #[test]
    fn scripts_run_on_pages_that_have_them() {
        assert!(!policy(None, false).contains("script-src"));
        assert!(policy(Some("my-app:"), true).contains("script-src 'self'"));
        assert!(policy(Some("my-app:"), true).contains("form-action 'self' my-app:;"));
    }
}
