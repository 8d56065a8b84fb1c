//! Just enough HTTP/2 to see that the server speaks it to a client that begins with it, as RFC 9113 and RFC 7541 have it.

use crate::raw::Raw;
use std::net::SocketAddr;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const FRAME_HEAD_BYTES: usize = 9;
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// `:status 200` in the static table.
const STATUS_200: u8 = 0x88;

/// GETs `path` on one connection and returns the body. Panics unless the status is 200.
pub fn get(address: SocketAddr, path: &str) -> String {
    let mut connection = Raw::connect(address);
    let mut request = PREFACE.to_vec();
    request.extend(frame(SETTINGS, 0, 0, &[]));
    request.extend(frame(
        HEADERS,
        END_STREAM | END_HEADERS,
        1,
        &header_block(address, path),
    ));
    assert!(connection.send(request), "the server closed the connection");
    let mut body = Vec::new();
    let mut at = 0;
    loop {
        let (kind, flags, payload) = read_frame(&mut connection, &mut at);
        match kind {
            HEADERS => assert_eq!(payload.first(), Some(&STATUS_200), "the status is another one"),
            DATA => body.extend(payload),
            _ => {}
        }
        if matches!(kind, HEADERS | DATA) && flags & END_STREAM != 0 {
            return String::from_utf8_lossy(&body).into_owned();
        }
    }
}

/// Begins requests and takes each back at once, up to `requests` of them; returns how many the server let through before it
/// closed the connection.
pub fn begin_and_reset(address: SocketAddr, path: &str, requests: u32) -> u32 {
    const CANCEL: [u8; 4] = [0, 0, 0, 8];
    let mut connection = Raw::connect(address);
    connection.send([PREFACE, &frame(SETTINGS, 0, 0, &[])].concat());
    let block = header_block(address, path);
    for request in 0..requests {
        // Streams that a client begins have odd numbers.
        let stream = 2 * request + 1;
        let begin = frame(HEADERS, END_STREAM | END_HEADERS, stream, &block);
        if !connection.send([begin, frame(RESET_STREAM, 0, stream, &CANCEL)].concat()) {
            return request;
        }
    }
    requests
}

/// `:method GET`, `:scheme http` from the static table; `:path` and `:authority` as literals.
fn header_block(address: SocketAddr, path: &str) -> Vec<u8> {
    let mut block = vec![0x82, 0x86];
    for (name_index, value) in [(4, path.to_string()), (1, address.to_string())] {
        block.push(name_index);
        block.push(u8::try_from(value.len()).expect("a short value"));
        block.extend(value.bytes());
    }
    block
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short frame").to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

fn read_frame(connection: &mut Raw, at: &mut usize) -> (u8, u8, Vec<u8>) {
    let received = connection.read_bytes(*at + FRAME_HEAD_BYTES);
    assert!(
        received.len() >= *at + FRAME_HEAD_BYTES,
        "the connection ended: {received:02x?}"
    );
    let head = &received[*at..*at + FRAME_HEAD_BYTES];
    let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
    let (kind, flags) = (head[3], head[4]);
    let begin = *at + FRAME_HEAD_BYTES;
    *at = begin + length;
    let received = connection.read_bytes(*at);
    (kind, flags, received[begin..*at].to_vec())
}
