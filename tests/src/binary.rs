//! Where the executable under test and the project's files are.

use std::path::{Path, PathBuf};

/// The project's top folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests have a folder of their own")
}

/// The executable under test: `GUESTHOUSE_BIN`, or what cargo built beside these tests.
pub fn guesthouse() -> PathBuf {
    if let Some(path) = std::env::var_os("GUESTHOUSE_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("a test has an executable");
    // target/debug/deps/all-0123 -> target/debug/guesthouse
    let path = test
        .ancestors()
        .nth(2)
        .expect("cargo puts tests two folders deep")
        .join("guesthouse");
    assert!(
        path.is_file(),
        "{} does not exist: run `cargo build -p guesthouse` first, or use `tests/run`, which does",
        path.display()
    );
    path
}
