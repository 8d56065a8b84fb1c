//! What a visitor filled in, and what is wrong with it.

use guesthouse::http::Fields;

/// Characters in a name.
pub const NAME_LENGTH_MAX: usize = 80;
/// Characters in a message.
pub const MESSAGE_LENGTH_MAX: usize = 2000;
/// Characters in the address of a homepage.
pub const HOMEPAGE_LENGTH_MAX: usize = 200;

/// The form as it was filled in, without the space around.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signing {
    /// Who signs.
    pub name: String,
    /// What they write.
    pub message: String,
    /// Their page.
    pub homepage: Option<String>,
}

/// Something that is wrong with one field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mistake {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it, for the visitor.
    pub text: &'static str,
}

impl Signing {
    /// Reads the form. A field that is missing is an empty one.
    pub fn from_form(form: &Fields) -> Self {
        let field = |name| form.get(name).unwrap_or_default().trim().to_owned();
        Self {
            name: field("name"),
            // Browsers send the line breaks of a text area as CR LF, whatever was typed.
            message: field("message").replace("\r\n", "\n"),
            homepage: Some(field("homepage")).filter(|homepage| !homepage.is_empty()),
        }
    }
}

/// All that is wrong, in the order of the form.
pub fn mistakes(signing: &Signing) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut check = |fine: bool, field, text| {
        if !fine {
            mistakes.push(Mistake { field, text });
        }
    };
    let length = signing.name.chars().count();
    let fine = (1..=NAME_LENGTH_MAX).contains(&length) && !signing.name.contains(char::is_control);
    check(fine, "name", "Please give a name of up to 80 characters.");

    let length = signing.message.chars().count();
    let fine = (1..=MESSAGE_LENGTH_MAX).contains(&length) && !signing.message.contains('\0');
    check(fine, "message", "Please write something, up to 2000 characters.");

    let fine = signing.homepage.as_deref().is_none_or(is_web_address);
    check(
        fine,
        "homepage",
        "A homepage begins with https:// or http:// and has up to 200 characters.",
    );
    mistakes
}

/// Whether this may become a link: nothing but `http` and `https`, for a browser also obeys `javascript:`.
fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest
        .and_then(|rest| rest.split(['/', '?', '#']).next())
        .unwrap_or_default();
    let is_printable = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte));
    is_printable && !host.is_empty() && !host.contains('@') && text.len() <= HOMEPAGE_LENGTH_MAX
}

#[cfg(test)]
mod tests {
    use super::{Signing, is_web_address, mistakes};
    use guesthouse::http::Fields;

    fn wrong_fields(form: &str) -> Vec<&'static str> {
        let signing = Signing::from_form(&Fields::parse(form.as_bytes()));
        mistakes(&signing).iter().map(|mistake| mistake.field).collect()
    }

    #[test]
    fn reads_a_form() {
        let form = Fields::parse(b"name=+Ada+&message=one%0D%0Atwo&homepage=");
        let signing = Signing::from_form(&form);
        assert_eq!(signing.name, "Ada");
        assert_eq!(signing.message, "one\ntwo");
        assert_eq!(signing.homepage, None);
    }

    #[test]
    fn finds_all_mistakes() {
        assert_eq!(wrong_fields("name=Ada&message=Hello"), Vec::<&str>::new());
        assert_eq!(
            wrong_fields("name=Ada&message=Hello&homepage=https://example.com/"),
            Vec::<&str>::new()
        );
        assert_eq!(wrong_fields(""), ["name", "message"]);
        assert_eq!(
            wrong_fields("name=A%00B&message=+&homepage=ftp://x"),
            ["name", "message", "homepage"]
        );
        assert_eq!(
            wrong_fields(&format!("name={}&message=Hello", "x".repeat(81))),
            ["name"]
        );
        assert_eq!(
            wrong_fields(&format!("name=Ada&message={}", "x".repeat(2001))),
            ["message"]
        );
    }

    #[test]
    fn counts_characters_and_not_bytes() {
        assert_eq!(
            wrong_fields(&format!("name={}&message=Hello", "%C3%BC".repeat(80))),
            Vec::<&str>::new()
        );
    }

    #[test]
    fn links_only_to_the_web() {
        assert!(is_web_address("https://example.com"));
        assert!(is_web_address("http://example.com:8080/a?b=c#d"));
        for address in [
            "javascript:alert(1)",
            "example.com",
            "https://",
            "https:///path",
            "https://name@example.com/",
            "https://example.com/a b",
            "https://example.com/\"onclick=",
        ] {
            assert!(!is_web_address(address), "{address}");
        }
    }
}
