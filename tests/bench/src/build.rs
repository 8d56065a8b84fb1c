//! The files that a run needs and that may be missing: says what is missing, and makes it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

/// The top folder of the project.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where everything goes that the benchmark makes itself.
pub fn work_folder() -> anyhow::Result<PathBuf> {
    let folder = target().join("bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder.canonicalize()?)
}

/// The release build of this project's server.
pub fn guesthouse() -> anyhow::Result<PathBuf> {
    let program = target().join("release/guesthouse");
    if !program.exists() {
        say_missing(
            &program,
            "building it with `cargo build --release -p guesthouse`, which takes minutes",
        );
        run(cargo().args(["build", "--release", "-p", "guesthouse"]))?;
    }
    Ok(program)
}

/// The component compiled from a folder of guests/.
pub fn guest(name: &str) -> anyhow::Result<PathBuf> {
    let folder = target().join("guests");
    let file = format!("guest_{}.wasm", name.replace('-', "_"));
    let component = folder.join("wasm32-wasip2/component").join(file);
    if !component.exists() {
        say_missing(&component, "building it, which needs the Rust target wasm32-wasip2");
        let build = ["build", "--profile", "component", "--target", "wasm32-wasip2", "-p"];
        run(cargo()
            .args(build)
            .arg(format!("guest-{name}"))
            .arg("--target-dir")
            .arg(&folder))?;
    }
    Ok(component)
}

/// Runs a program to its end; an error holds what it wrote to its standard error.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    run_with_input(command, "")
}

/// The same, with something on its standard input that fits a pipe.
pub fn run_with_input(command: &mut Command, input: &str) -> anyhow::Result<()> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
    // Dropped at once, which is the end of the input.
    child
        .stdin
        .take()
        .context("no standard input")?
        .write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(
        output.status.success(),
        "{command:?} failed, {}:\n{}",
        output.status,
        text.trim_end()
    );
    Ok(())
}

pub fn say_missing(file: &Path, remedy: &str) {
    eprintln!("{} is missing: {remedy}", file.display());
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| project().join("target"), PathBuf::from)
}

fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(project());
    command
}
