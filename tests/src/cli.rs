//! The command line of the executable under test, used on a server's data directory as an operator would.

use crate::guests;
use crate::server::{Server, command};
use crate::wait;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Printed {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Printed {
    /// Panics unless the command ended and wrote exactly so.
    #[track_caller]
    pub fn expect(self, code: i32, stdout: &str, stderr: &str) -> Self {
        let wrote = (self.code, self.stdout.as_str(), self.stderr.as_str());
        assert_eq!(wrote, (code, stdout, stderr));
        self
    }

    #[track_caller]
    pub fn expect_success(self) -> Self {
        assert_eq!(self.code, 0, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Panics unless the command failed and said each of these.
    #[track_caller]
    pub fn expect_failure(self, said: &[&str]) -> Self {
        assert_eq!(self.code, 1, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        for text in said {
            assert!(self.stderr.contains(text), "expected {text:?} in: {}", self.stderr);
        }
        self
    }
}

/// Runs a command in a data directory, whether or not a server runs there.
pub fn run(data: &Path, arguments: &[&str]) -> Printed {
    printed(command(data).args(arguments).output().expect("the executable runs"))
}

/// The same, with something on standard input.
pub fn run_with_input(data: &Path, arguments: &[&str], input: &[u8]) -> Printed {
    let mut command = command(data);
    command.args(arguments).stdin(Stdio::piped());
    let mut process = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the executable runs");
    let mut stdin = process.stdin.take().expect("it was asked for");
    // A command that does not read its input is no failure of the writer.
    let _ = stdin.write_all(input);
    drop(stdin);
    printed(process.wait_with_output().expect("our own child"))
}

fn printed(output: Output) -> Printed {
    Printed {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// From what a command was told to what it does, on a busy machine.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);

/// A command that goes on until it is ended. It is ended at the latest when this is dropped.
pub struct Started {
    process: Child,
    printed: Arc<Mutex<String>>,
}

impl Started {
    /// Starts a command; its standard output is read for so many lines, and then closed.
    pub fn reading(data: &Path, arguments: &[&str], lines: usize) -> Self {
        let mut command = command(data);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("the executable runs");
        let stdout = process.stdout.take().expect("it is piped");
        let printed: Arc<Mutex<String>> = Arc::default();
        let shared = printed.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().take(lines).map_while(Result::ok) {
                let mut printed = shared.lock().expect("no holder panics");
                printed.push_str(&line);
                printed.push('\n');
            }
        });
        Self { process, printed }
    }

    /// What it printed until now.
    pub fn printed(&self) -> String {
        self.printed.lock().expect("no holder panics").clone()
    }

    /// Waits until it has printed this, and returns all that it printed.
    #[track_caller]
    pub fn expect(&self, text: &str) -> String {
        wait::until(&format!("{text:?} to be printed"), COMMAND_TIMEOUT, || {
            Some(self.printed()).filter(|printed| printed.contains(text))
        })
    }

    pub fn signal(&self, signal: Signal) {
        // An error means that it has ended already.
        let _ = kill_process(Pid::from_child(&self.process), signal);
    }

    /// Waits for its end.
    #[track_caller]
    pub fn end(mut self) -> Printed {
        let status = wait::until("the command to end", COMMAND_TIMEOUT, || {
            self.process.try_wait().expect("our own child")
        });
        let mut stderr = String::new();
        let mut stream = self.process.stderr.take().expect("it is piped");
        stream.read_to_string(&mut stderr).expect("it is text");
        Printed {
            code: status.code().unwrap_or(-1),
            stdout: self.printed(),
            stderr,
        }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    pub fn cli(&self, arguments: &[&str]) -> Printed {
        run(self.data(), arguments)
    }

    /// The same, with something on standard input.
    pub fn cli_with_input(&self, arguments: &[&str], input: &str) -> Printed {
        run_with_input(self.data(), arguments, input.as_bytes())
    }

    /// Deploys a guest as it is, and accepts what it asks for.
    #[track_caller]
    pub fn deploy(&self, guest: &str) {
        self.deploy_from(&guests::component(guest), &guests::manifest_path(guest))
            .expect_success();
    }

    /// Deploys a guest with another manifest, and accepts what it asks for.
    #[track_caller]
    pub fn deploy_as(&self, guest: &str, manifest: &str) {
        self.try_deploy_as(guest, manifest).expect_success();
    }

    /// The same, where it may be refused.
    pub fn try_deploy_as(&self, guest: &str, manifest: &str) -> Printed {
        let folder = guests::folder_with_manifest(manifest);
        self.deploy_from(&guests::component(guest), &folder.path().join("component.toml"))
    }

    /// Deploys a guest under another name than its manifest's, in place of whatever had that name.
    #[track_caller]
    pub fn deploy_in_place_of(&self, name: &str, guest: &str) {
        let (wasm, manifest) = (guests::component(guest), guests::manifest_path(guest));
        let (wasm, manifest) = (wasm.to_string_lossy(), manifest.to_string_lossy());
        self.cli(&[
            "deploy",
            &wasm,
            "--manifest",
            &manifest,
            "--name",
            name,
            "--accept-grants",
        ])
        .expect_success();
    }

    /// Deploys bytes that need not be a component, with a manifest.
    pub fn try_deploy_bytes(&self, bytes: &[u8], manifest: &str) -> Printed {
        let folder = guests::folder_with_manifest(manifest);
        let wasm = folder.path().join("upload.wasm");
        std::fs::write(&wasm, bytes).expect("a file can be written");
        self.deploy_from(&wasm, &folder.path().join("component.toml"))
    }

    pub fn deploy_from(&self, wasm: &Path, manifest: &Path) -> Printed {
        let (wasm, manifest) = (wasm.to_string_lossy(), manifest.to_string_lossy());
        self.cli(&["deploy", &wasm, "--manifest", &manifest, "--accept-grants"])
    }
}
