//! Reads the body of a control request: whole, bounded, and not at a crawl.

use std::error::Error as StdError;

use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;

use super::ControlError;
use crate::limits;

pub async fn read<B>(mut body: B, bytes_max: usize) -> Result<Bytes, ControlError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let announced = body.size_hint();
    if announced.lower() > bytes_max as u64 {
        return Err(ControlError::TooLarge(bytes_max));
    }
    let mut bytes = BytesMut::new();
    loop {
        let frame = tokio::time::timeout(limits::REQUEST_BODY_IDLE_TIMEOUT, body.frame()).await;
        let Some(frame) = frame.map_err(|_| ControlError::TimedOut)? else {
            break;
        };
        let frame = frame.map_err(|_| ControlError::Interrupted)?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > bytes_max {
            return Err(ControlError::TooLarge(bytes_max));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}
