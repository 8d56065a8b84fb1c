//! Requests that keep coming while something is changed.

use std::sync::atomic::{AtomicBool, Ordering};

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

/// Ends the clients, also where the change panics: they would be waited for.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
