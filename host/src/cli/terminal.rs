//! Speaking with somebody at a terminal.

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

/// A component may say what it likes, but not move the cursor or change the colours of a terminal.
pub fn shown(text: &str, is_terminal: bool) -> String {
    let shown = |character: char| match character {
        '\n' | '\t' => character,
        other if is_terminal && other.is_control() => char::REPLACEMENT_CHARACTER,
        other => other,
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_cannot_move_the_cursor_of_a_terminal() {
        assert_eq!(shown("a\tb\n\u{1b}[2J\r", true), "a\tb\n\u{fffd}[2J\u{fffd}");
        assert_eq!(shown("\u{1b}[2J", false), "\u{1b}[2J");
    }
}
