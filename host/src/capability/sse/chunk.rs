//! What is handed to a connection at once: whole events, as they stand in memory.

use super::event::{Charge, Event};
use bytes::{Buf, Bytes};
use std::io::IoSlice;

/// Bytes in up to three parts, which go out in one write. Large events are shared by all who get them, with the number of each
/// listener between two parts; small ones are copied together.
#[derive(Debug, Default)]
pub struct Chunk([Bytes; 3]);

impl From<Bytes> for Chunk {
    fn from(bytes: Bytes) -> Self {
        Self([bytes, Bytes::new(), Bytes::new()])
    }
}

impl Chunk {
    /// One large event.
    pub fn shared(event: &Event, ids: bool, number: u64) -> Self {
        match event.parts(ids) {
            (whole, None) => whole.into(),
            (before, Some(after)) => Self([before, number.to_string().into(), after]),
        }
    }

    /// Small events, which count as waiting until they are written.
    pub fn copied(bytes: Vec<u8>, charge: Charge) -> Self {
        Bytes::from_owner(Copied { bytes, _charge: charge }).into()
    }
}

struct Copied {
    bytes: Vec<u8>,
    _charge: Charge,
}

impl AsRef<[u8]> for Copied {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Buf for Chunk {
    fn remaining(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    fn chunk(&self) -> &[u8] {
        let filled = self.0.iter().find(|part| !part.is_empty());
        filled.map_or(&[], Bytes::as_ref)
    }

    fn advance(&mut self, mut count: usize) {
        for part in &mut self.0 {
            let passed = count.min(part.len());
            part.advance(passed);
            count -= passed;
        }
        assert_eq!(count, 0, "advanced beyond the end");
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let filled = self.0.iter().filter(|part| !part.is_empty());
        let pairs = slices.iter_mut().zip(filled);
        pairs.map(|(slice, part)| *slice = IoSlice::new(part)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_passed_one_after_another() {
        let mut chunk = Chunk([Bytes::from("ab"), Bytes::new(), Bytes::from("cd")]);
        assert_eq!((chunk.remaining(), chunk.chunk()), (4, &b"ab"[..]));
        let mut slices = [IoSlice::new(&[]), IoSlice::new(&[]), IoSlice::new(&[])];
        assert_eq!(chunk.chunks_vectored(&mut slices), 2);
        assert_eq!(&*slices[1], b"cd");
        chunk.advance(3);
        assert_eq!((chunk.remaining(), chunk.chunk()), (1, &b"d"[..]));
        chunk.advance(1);
        assert_eq!((chunk.remaining(), chunk.chunk()), (0, &b""[..]));
    }
}
