//! What providers say of themselves: where they are, and the keys that they sign with. Kept for a while in each instance.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Instant;

use serde_json::Value;

use super::client::{Client, Unreachable};
use crate::limits;

thread_local! {
    static KEPT: RefCell<HashMap<String, (Instant, Rc<Value>)>> = RefCell::default();
}

/// The document at a URL, which may be as old as such documents are kept.
pub async fn get(client: &Client, url: &str) -> Result<Rc<Value>, Unreachable> {
    let kept = KEPT.with_borrow(|kept| {
        let (fetched, document) = kept.get(url)?;
        (fetched.elapsed() < limits::PROVIDER_DOCUMENT_KEPT).then(|| document.clone())
    });
    match kept {
        Some(document) => Ok(document),
        None => get_anew(client, url).await,
    }
}

/// The document as it is now.
pub async fn get_anew(client: &Client, url: &str) -> Result<Rc<Value>, Unreachable> {
    let document = Rc::new(client.json(url, None).await?);
    KEPT.with_borrow_mut(|kept| {
        if kept.len() >= limits::PROVIDER_DOCUMENTS_MAX {
            kept.clear();
        }
        kept.insert(url.to_owned(), (Instant::now(), document.clone()));
    });
    Ok(document)
}
