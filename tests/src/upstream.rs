//! Another HTTP server, for components that send requests themselves.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A server on a port of its own that gives one and the same answer, until the test's process ends.
pub struct Upstream {
    pub address: SocketAddr,
    requests: Arc<AtomicUsize>,
    head: Arc<Mutex<String>>,
}

impl Upstream {
    /// Answers everything with these bytes, then closes the connection.
    pub fn answering(answer: &str) -> Self {
        let answer = answer.to_string();
        Self::start(move |stream| {
            // The client may be gone: that is its affair.
            let _ = stream.write_all(answer.as_bytes());
        })
    }

    /// Answers 200 with this body.
    pub fn with_body(body: &str) -> Self {
        Self::answering(&format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        ))
    }

    /// Answers with a body that does not end until the client goes.
    pub fn endless() -> Self {
        Self::start(|stream| {
            let mut alive = stream
                .write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
                .is_ok();
            let chunk = [b'.'; 64 * 1024];
            while alive {
                alive = stream.write_all(&chunk).is_ok();
            }
        })
    }

    /// Takes the request and says nothing, until the client goes.
    pub fn silent() -> Self {
        Self::start(|stream| {
            let mut rest = [0; 1024];
            while matches!(stream.read(&mut rest), Ok(bytes) if bytes > 0) {}
        })
    }

    /// How many requests arrived.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// What arrived first of the last request.
    pub fn last_head(&self) -> String {
        self.head.lock().expect("nobody panics with it").clone()
    }

    fn start(answer: impl Fn(&mut std::net::TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let last_head = Arc::<Mutex<String>>::default();
        let kept = Arc::clone(&last_head);
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::SeqCst);
                let (answer, kept) = (Arc::clone(&answer), Arc::clone(&kept));
                std::thread::spawn(move || {
                    let mut head = [0; 16 * 1024];
                    if let Ok(bytes @ 1..) = stream.read(&mut head) {
                        *kept.lock().expect("nobody panics with it") = String::from_utf8_lossy(&head[..bytes]).into();
                        answer(&mut stream);
                    }
                });
            }
        });
        Self {
            address,
            requests,
            head: last_head,
        }
    }
}
