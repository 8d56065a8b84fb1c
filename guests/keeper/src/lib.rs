//! Does with secrets what its path says, and answers what came of it.
//!
//! `/keeper/get/NAME`, `/keeper/generate/NAME/LENGTH`, `/keeper/set/NAME/VALUE`, `/keeper/swap/NAME/EXPECTED/VALUE` (an expected
//! `-` stands for none), `/keeper/remove/NAME`, `/keeper/names`, and `/keeper/large/NAME/LENGTH`, which sets a value of that length.

use guesthouse::http::{Request, Response};
use guesthouse::secrets::{self, Error};

async fn handle(request: Request) -> Response {
    let parts: Vec<&str> = request.path().split('/').skip(2).collect();
    let outcome = match parts[..] {
        ["get", name] => secrets::get(name).map(|value| match value {
            Some(value) => text(&value),
            None => "none".into(),
        }),
        ["generate", name, length] => secrets::get_or_generate(name, number(length))
            .await
            .map(|value| text(&value)),
        ["set", name, value] => secrets::set(name, value.as_bytes()).await.map(|()| "set".into()),
        ["swap", name, expected, value] => {
            let expected = (expected != "-").then_some(expected.as_bytes());
            let swapped = secrets::compare_and_set(name, expected, value.as_bytes()).await;
            swapped.map(|swapped| swapped.to_string())
        }
        ["remove", name] => secrets::remove(name).await.map(|removed| removed.to_string()),
        ["large", name, length] => {
            let value = vec![b'x'; number(length) as usize];
            secrets::set(name, &value).await.map(|()| "set".into())
        }
        ["names"] => Ok(secrets::names().join(" ")),
        _ => return Response::text(500, "expected one of the paths that the source names"),
    };
    Response::text(200, &outcome.unwrap_or_else(|Error(error)| format!("{error:?}")))
}

fn number(text: &str) -> u32 {
    text.parse().unwrap_or(u32::MAX)
}

/// Bytes as they are where they are text, and in base 16 where they are not.
fn text(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => text.into(),
        Err(_) => value.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

guesthouse::serve!(handle);
