//! Doing something all the time, such as following the changes of a table. What is promised and what is not: `wit/worker.wit`.
//!
//! ```no_run
//! use guesthouse::worker::{Error, Stop};
//!
//! async fn run(mut stop: Stop) -> Result<(), Error> {
//!     let log = guesthouse::changes::Log::open("main", &["entry"]).map_err(Error::failed)?;
//!     let mut position = log.end();
//!     loop {
//!         let Some(batch) = stop.or(log.read(position, 100)).await else {
//!             return Ok(());
//!         };
//!         position = batch.map_err(Error::failed)?.next;
//!     }
//! }
//!
//! guesthouse::work!(run);
//! # fn main() {}
//! ```

pub mod bindings;

pub use bindings::exports::guesthouse::host::worker::Error;
use std::fmt::Display;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
#[doc(hidden)]
pub use wit_bindgen::rt::async_support::FutureReader;

/// Tells when to stop: another version takes the place of this one, the component is removed, or the server shuts down.
pub struct Stop {
    told: Pin<Box<dyn Future<Output = ()>>>,
    is_told: bool,
}

impl Stop {
    #[doc(hidden)]
    pub fn new(told: FutureReader<()>) -> Self {
        Self {
            told: Box::pin(told.into_future()),
            is_told: false,
        }
    }

    /// What `future` gives, or none where the worker is to stop before that.
    pub async fn or<F: Future>(&mut self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        poll_fn(|context| {
            if self.is_told || self.told.as_mut().poll(context).is_ready() {
                self.is_told = true;
                return Poll::Ready(None);
            }
            future.as_mut().poll(context).map(Some)
        })
        .await
    }
}

impl Error {
    /// It failed, and this goes into the log.
    pub fn failed(why: impl Display) -> Self {
        Self::Other(why.to_string())
    }
}

/// Makes an `async fn(Stop) -> Result<(), Error>` what the component does all the time.
#[macro_export]
macro_rules! work {
    ($run:path) => {
        #[doc(hidden)]
        pub struct __Worker;

        impl $crate::worker::bindings::exports::guesthouse::host::worker::Guest for __Worker {
            async fn run(
                stop: $crate::worker::FutureReader<()>,
            ) -> ::core::result::Result<(), $crate::worker::Error> {
                $run($crate::worker::Stop::new(stop)).await
            }
        }

        // Natively, where unit tests run, the names of the entry points are none that a linker takes.
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, reason = "the entry points of the canonical ABI are made here")]
        mod __export_worker {
            use super::__Worker;
            $crate::worker::bindings::export_worker!(__Worker with_types_in $crate::worker::bindings);
        }
    };
}
