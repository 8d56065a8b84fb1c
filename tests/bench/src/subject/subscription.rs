//! How one server is asked for the events of the table.

use anyhow::Context as _;
use serde_json::json;

use crate::connection::Connection;
use crate::listeners::stream::{Progress, Stream};
use crate::request;

#[derive(Clone, Copy)]
pub enum Subscription {
    /// One request, whose answer is the stream.
    Path(&'static str),
    /// A stream that says who the client is, and another request that says what it wants to hear.
    Announced { path: &'static str, topic: &'static str },
}

impl Subscription {
    /// Goes on where a listener was, which heard of nothing where it is new.
    pub async fn resume(self, host: &str, heard: Progress) -> anyhow::Result<Stream> {
        let Self::Path(path) = self else {
            anyhow::bail!("this server knows nothing of going on");
        };
        let field = format!("last-event-id: {}\r\n", heard.last_id);
        Ok(Stream::open_with(host, path, &field, heard).await?.0)
    }

    pub async fn open(self, host: &str) -> anyhow::Result<Stream> {
        match self {
            Self::Path(path) => Ok(Stream::open(host, path).await?.0),
            Self::Announced { path, topic } => {
                let (stream, begun) = Stream::open(host, path).await?;
                let (_, rest) = begun
                    .split_once("\"clientId\":\"")
                    .context("the stream names no client")?;
                let (client, _) = rest.split_once('"').context("the stream names no client")?;
                let wanted = json!({ "clientId": client, "subscriptions": [topic] });
                let mut request = Vec::new();
                request::write(&mut request, "POST", host, path, Some(&wanted));
                let status = Connection::open(host).await?.exchange(&request).await?;
                anyhow::ensure!(status == 204, "{path} was answered with {status}");
                Ok(stream)
            }
        }
    }
}
