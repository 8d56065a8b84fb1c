//! Places for connections: as many as the process can have, and a word for whoever comes when all are taken.

use super::descriptors;
use crate::limits;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The answer to whoever finds no place.
const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\nretry-after: 5\r\n\
    content-length: 30\r\nconnection: close\r\n\r\nthere are too many connections";

/// The places of all workers.
pub struct Places {
    connections: Arc<Semaphore>,
    /// Those who are being told that there is no place need one for a moment, too.
    refusals: Arc<Semaphore>,
    is_full: AtomicBool,
}

impl Places {
    /// As many as the system allows.
    pub fn new() -> Self {
        Self {
            connections: Arc::new(Semaphore::new(descriptors::connections())),
            refusals: Arc::new(Semaphore::new(limits::REFUSALS_MAX)),
            is_full: AtomicBool::new(false),
        }
    }

    /// A place, if there is one. The log is told when there is none for the first time.
    pub fn take(&self) -> Option<OwnedSemaphorePermit> {
        let place = self.connections.clone().try_acquire_owned().ok();
        if self.is_full.swap(place.is_none(), Ordering::Relaxed) != place.is_none() && place.is_none() {
            tracing::warn!("there are too many connections; new ones are refused");
        }
        place
    }

    /// Says that there is no place. Where many have to be told so at once, some are not. One that were closed with something unread
    /// would never see the answer.
    pub fn refuse(&self, mut stream: TcpStream) -> Option<impl Future<Output = ()> + use<>> {
        let permit = self.refusals.clone().try_acquire_owned().ok()?;
        Some(async move {
            let _permit = permit;
            let said = async {
                stream.write_all(REFUSAL).await?;
                stream.shutdown().await?;
                tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
            };
            let _ = tokio::time::timeout(limits::REFUSAL_TIMEOUT, said).await;
        })
    }
}
