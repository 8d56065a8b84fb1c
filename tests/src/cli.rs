//! The command line of the executable under test, used on a server's data directory as an operator would.

use crate::guests;
use crate::server::{Server, command};
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

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
