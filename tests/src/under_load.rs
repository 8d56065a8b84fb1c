//! Requests that keep coming while something is changed.

use crate::http::client;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// So many ask at the same time.
const CLIENTS: usize = 3;
/// With fewer requests in all nothing was tried.
const REQUESTS_MIN: u32 = 10;

/// Runs `change` while several clients do `ask` again and again, which panics where an answer is not as it should be.
#[track_caller]
pub fn while_asked(ask: impl Fn() + Sync, change: impl FnOnce()) {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    let mut requests = 0;
                    while !done.load(Ordering::Relaxed) {
                        ask();
                        requests += 1;
                    }
                    requests
                })
            })
            .collect();
        let end = End(&done);
        change();
        drop(end);
        let requests: u32 = clients
            .into_iter()
            .map(|client| client.join().expect("no request failed"))
            .sum();
        assert!(requests > REQUESTS_MIN, "only {requests} requests were sent meanwhile");
    });
}

/// Runs `change` while `path` of a server is asked for on several connections that stay open, at least `requests_min` times in all.
/// Panics at the first answer that is not `expected`.
#[track_caller]
pub fn while_asked_often(address: SocketAddr, path: &str, expected: &str, requests_min: u32, change: impl FnOnce()) {
    let (done, requests) = (AtomicBool::new(false), AtomicU32::new(0));
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    let client = client(1);
                    while !done.load(Ordering::Relaxed) || requests.load(Ordering::Relaxed) < requests_min {
                        let answer = client.get(format!("http://{address}{path}")).call();
                        let mut answer = answer.expect("the server answers");
                        let body = answer.body_mut().read_to_string().expect("a whole body");
                        assert_eq!((answer.status().as_u16(), body.as_str()), (200, expected));
                        requests.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        let end = End(&done);
        change();
        drop(end);
        clients
            .into_iter()
            .for_each(|client| client.join().expect("no request failed"));
    });
}

/// Ends the clients, also where the change panics: they would be waited for.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
