//! Asking somebody at a terminal.

use std::io::{self, BufRead, Write};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

/// Asks for a line that may be a secret: it is not shown while it is typed. The end of the line is left out.
pub fn read_secret(question: &str) -> anyhow::Result<Vec<u8>> {
    let (stdin, mut stderr) = (io::stdin(), io::stderr());
    write!(stderr, "{question}: ")?;
    stderr.flush()?;
    let before = tcgetattr(&stdin)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Now, &silent)?;
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    tcsetattr(&stdin, OptionalActions::Now, &before)?;
    writeln!(stderr)?;
    read?;
    Ok(line.trim_end_matches(['\r', '\n']).as_bytes().to_vec())
}
