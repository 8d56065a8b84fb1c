//! The published clients of the wire protocol, unmodified.

mod javascript;
