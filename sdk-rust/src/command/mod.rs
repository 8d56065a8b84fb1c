//! Commands of the command line: `guesthouse NAME ARGUMENTS`.
//!
//! The manifest names them (`[[command]]` with `name` and `about`), [`commands!`](crate::commands) says what runs them. Any
//! library reads the arguments, as those of a program; `--help` is the component's to answer.

pub mod bindings;

pub use bindings::exports::guesthouse::host::command::{Answer, Invocation, Outcome};

impl Answer {
    /// It is done, and this is what it says.
    pub fn success(output: impl Into<String>) -> Self {
        Self::ended(0, output, "")
    }

    /// It could not be done, and this is why.
    pub fn failure(why: impl Into<String>) -> Self {
        Self::ended(1, "", why)
    }

    /// What was typed makes no sense, and this is why.
    pub fn misuse(why: impl Into<String>) -> Self {
        Self::ended(2, "", why)
    }

    /// It ended with a status of its own, and text for standard output and standard error.
    pub fn ended(status: u8, output: impl Into<String>, errors: impl Into<String>) -> Self {
        Self::Done(Outcome {
            status,
            output: output.into(),
            errors: errors.into(),
        })
    }
}

/// Makes an `async fn(Invocation) -> Answer` what runs the component's commands.
#[macro_export]
macro_rules! commands {
    ($run:path) => {
        #[doc(hidden)]
        pub struct __Commands;

        impl $crate::command::bindings::exports::guesthouse::host::command::Guest for __Commands {
            async fn run(invocation: $crate::command::Invocation) -> $crate::command::Answer {
                $run(invocation).await
            }
        }

        // Natively, where unit tests run, the names of the entry points are none that a linker takes.
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, reason = "the entry points of the canonical ABI are made here")]
        mod __export_commands {
            use super::__Commands;
            $crate::command::bindings::export_command!(__Commands with_types_in $crate::command::bindings);
        }
    };
}
