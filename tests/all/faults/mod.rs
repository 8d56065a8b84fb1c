//! Faults: processes that are killed, clients that go away, versions that come and go, memory that was somebody else's. Each test
//! goes some of the way in an ordinary run; `tests/faults` goes all of it.

mod cancelled;
mod deploys;
mod leftovers;
mod migrations;
mod panics;
mod swaps;
mod wearing_out;
mod writes;
