//! A data directory before the server starts in it.

use super::{Launch, START_TIMEOUT, Server, run_command};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;
use tempfile::TempDir;

/// A data directory, and options for `guesthouse run`.
#[must_use = "nothing runs until it is started"]
pub struct Setup {
    data: TempDir,
    launch: Launch,
}

impl Setup {
    pub(super) fn new() -> Self {
        let data = TempDir::with_prefix("guesthouse-test-").expect("a temporary folder can be made");
        let setup = Self {
            data,
            launch: Launch::default(),
        };
        link_all(compiled_code(), &setup.data.path().join("cache"));
        setup
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Puts a migration of `main` there, such as `U1__notes.sql`.
    pub fn migration(self, file_name: &str, sql: &str) -> Self {
        self.file(&format!("migrations/main/{file_name}"), sql)
    }

    /// Puts any file there.
    pub fn file(self, path: &str, contents: impl AsRef<[u8]>) -> Self {
        let path = self.data.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it is inside a folder")).expect("a folder can be made");
        std::fs::write(path, contents).expect("a file can be written");
        self
    }

    /// Adds an option to `guesthouse run`.
    pub fn argument(mut self, argument: &str) -> Self {
        self.launch.arguments.push(argument.into());
        self
    }

    /// Starts it with another limit of open files, soft and hard.
    pub fn open_files_max(mut self, limit: u64) -> Self {
        self.launch.open_files_max = Some(limit);
        self
    }

    #[track_caller]
    pub fn start(self) -> Server {
        Server::start_in(self.data, self.launch)
    }

    /// Runs it where it is expected to refuse to start; panics if it does start.
    #[track_caller]
    pub fn start_and_fail(self) -> String {
        let (_data, output) = self.run_to_the_end();
        assert!(!output.status.success(), "it ended well");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    #[track_caller]
    fn run_to_the_end(self) -> (TempDir, Output) {
        let mut process = run_command(self.data.path(), &self.launch)
            .spawn()
            .expect("the executable runs");
        let deadline = std::time::Instant::now() + START_TIMEOUT;
        while process.try_wait().expect("our own child").is_none() {
            if std::time::Instant::now() > deadline {
                // It may just have ended.
                let _ = process.kill();
                panic!("it was expected to refuse to start, and runs");
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        (self.data, process.wait_with_output().expect("our own child"))
    }
}

/// Compiled components that the servers of this test run share, so that each start need not compile the built-ins anew.
/// The server names these files by what they were made from, and never changes one.
fn compiled_code() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = crate::binary::project().join("target/test-cache");
        // An earlier run may have used another compiler.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        folder
    })
}

/// Keeps what a server compiled for the servers that come.
pub(super) fn keep_compiled_code(data: &Path) {
    link_all(&data.join("cache"), compiled_code());
}

fn link_all(from: &Path, to: &Path) {
    let Ok(entries) = std::fs::read_dir(from) else { return };
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
    {
        let target = to.join(entry.file_name());
        if target.exists() {
            continue;
        }
        // Another file system needs a copy; another test may have been quicker. Without the file it is compiled again.
        if std::fs::hard_link(entry.path(), &target).is_err() {
            let _ = std::fs::copy(entry.path(), &target);
        }
    }
}
