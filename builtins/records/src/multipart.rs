//! Bodies of several parts (`multipart/form-data`) as the fields of a form.

use std::convert::Infallible;

use futures_util::{FutureExt, stream};
use multer::{Field, Multipart};
use record_api::error::Error;

use crate::fields::{Content, Fields};

/// Reads the parts. A part without a name is passed over, and so is an empty file: browsers send one for a file that was
/// not chosen.
pub fn parse(body: Vec<u8>, boundary: &str) -> Result<Fields, Error> {
    // All of the body is here, so the reader never has anything to wait for.
    let whole = stream::iter([Ok::<_, Infallible>(body)]);
    let fields = read(Multipart::new(whole, boundary)).now_or_never();
    fields.unwrap_or_else(|| Err(Error::MalformedBody("the body ended early".into())))
}

async fn read(mut parts: Multipart<'_>) -> Result<Fields, Error> {
    let mut fields = Fields::default();
    while let Some(part) = parts.next_field().await.map_err(malformed)? {
        let name = part.name().map(str::to_owned);
        let content = content(part).await?;
        if let (Some(name), Some(content)) = (name, content) {
            fields.add(&name, content)?;
        }
    }
    Ok(fields)
}

async fn content(part: Field<'_>) -> Result<Option<Content>, Error> {
    let is_file = part.file_name().is_some();
    let bytes = part.bytes().await.map_err(malformed)?;
    if is_file {
        return Ok((!bytes.is_empty()).then_some(Content::File));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| Error::MalformedBody("a part is not UTF-8".into()))?;
    Ok(Some(Content::Text(text.into())))
}

fn malformed(error: multer::Error) -> Error {
    Error::MalformedBody(format!("the body is not of several parts: {error}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::limits;

    fn part(head: &str, content: &str) -> String {
        format!("--limit\r\nContent-Disposition: form-data{head}\r\n\r\n{content}\r\n")
    }

    fn parsed(parts: &[String]) -> Result<Fields, Error> {
        parse(format!("{}--limit--\r\n", parts.concat()).into(), "limit")
    }

    #[test]
    fn parts_are_fields() {
        let mut expected = Fields::default();
        for (name, text) in [("text", "a\r\n--limi\r\n"), ("text", ""), ("ü \"quoted\"", "é")] {
            expected.add(name, Content::Text(text.into())).unwrap();
        }
        expected.add("data", Content::File).unwrap();
        let fields = parsed(&[
            part("; name=\"text\"", "a\r\n--limi\r\n"),
            part("; name=text", ""),
            part("; name=\"ü \\\"quoted\\\"\"", "é"),
            part(
                "; name=\"none\"; filename=\"\"\r\nContent-Type: application/octet-stream",
                "",
            ),
            part("; name=\"data\"; filename=\"a.bin\"", "\u{1}"),
            part("", "nameless"),
        ]);
        assert_eq!(fields, Ok(expected));
    }

    #[test]
    fn what_is_cut_off_or_of_no_parts_is_malformed() {
        let whole = part("; name=\"text\"", "a");
        for body in [
            "",
            "text=a",
            "--limit",
            "--limit\r\n",
            "--other--\r\n",
            whole.as_str(),
            &whole[..20],
            "--limit\r\n: \r\n\r\n",
        ] {
            assert!(
                matches!(parse(body.into(), "limit"), Err(Error::MalformedBody(_))),
                "{body:?}"
            );
        }
        assert_eq!(parse("--limit--\r\n".into(), "limit"), Ok(Fields::default()));
    }

    #[test]
    fn there_are_only_so_many_parts() {
        let parts = |count: usize| parsed(&vec![part("; name=\"a\"", "1"); count]).map(|_| ());
        assert_eq!(parts(limits::FORM_FIELDS_MAX), Ok(()));
        assert_eq!(
            parts(limits::FORM_FIELDS_MAX + 1),
            Err(Error::TooManyFields(limits::FORM_FIELDS_MAX))
        );
    }

    /// Of what bodies are made, and what may be wrong with them.
    static PIECES: [&str; 16] = [
        "--limit",
        "--limit--",
        "\r\n",
        "\r",
        "\n",
        "Content-Disposition: form-data",
        "; name=\"text\"",
        "; name=\"meta",
        "; filename=\"a\"",
        ":",
        "\"",
        "\\",
        "é",
        "\u{0}",
        "Content-Type: text/plain; charset=",
        " \t",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_body_is_read_or_refused(
            pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..24),
            noise in proptest::collection::vec(any::<u8>(), 0..16),
            boundary in prop_oneof![Just("limit".to_owned()), any::<String>()],
        ) {
            let body = [pieces.concat().as_bytes(), &noise].concat();
            let result = parse(body, &boundary);
            prop_assert!(matches!(result, Ok(_) | Err(Error::MalformedBody(_))), "{:?}", result);
        }

        #[test]
        fn every_text_comes_through(text in any::<String>()) {
            prop_assume!(!text.contains("--limit"));
            let mut expected = Fields::default();
            expected.add("a", Content::Text(text.clone())).unwrap();
            prop_assert_eq!(parsed(&[part("; name=\"a\"", &text)]), Ok(expected));
        }
    }
}
