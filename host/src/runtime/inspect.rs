//! What a component imports and exports, checked before anything of it runs.

use super::engine::Runtime;
pub use crate::components::deploy::Refusal;
use wasmtime::component::Component;

/// Interfaces of the contract that this host does not serve yet.
const NOT_SERVED_YET: [&str; 8] = [
    "guesthouse:host/changes",
    "guesthouse:host/control",
    "guesthouse:host/files",
    "guesthouse:host/mail",
    "guesthouse:host/scheduled",
    "guesthouse:host/sse",
    "guesthouse:host/worker",
    "guesthouse:identity/authenticator",
];

/// Where the interfaces that the host provides begin; the linker then checks each function.
const PROVIDED: [&str; 10] = [
    "guesthouse:host/http-messages@0.1.",
    "guesthouse:host/secrets@0.1.",
    "guesthouse:host/sqlite@0.1.",
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:filesystem/",
    "wasi:http/",
    "wasi:io/",
    "wasi:random/",
    "wasi:sockets/",
];

/// What the host can call of a component.
const HANDLERS: [&str; 2] = ["wasi:http/handler@0.3", "wasi:http/incoming-handler@0.2"];

impl Runtime {
    /// Refuses a component that asks for what the host does not have, or that gives the host nothing to call. Says whether it
    /// answers requests.
    pub(super) fn inspect(&self, component: &Component) -> Result<bool, Refusal> {
        let kind = component.component_type();
        let imports: Vec<String> = kind.imports(&self.engine).map(|(name, _)| name.to_string()).collect();
        for import in &imports {
            check_import(import)?;
        }
        let exports: Vec<String> = kind.exports(&self.engine).map(|(name, _)| name.to_string()).collect();
        check_exports(&exports)
    }
}

fn check_import(import: &str) -> Result<(), Refusal> {
    let interface = import.split('@').next().unwrap_or(import);
    if NOT_SERVED_YET.contains(&interface) {
        return Err(Refusal::Import(format!(
            "it imports {import}, which this server does not serve yet"
        )));
    }
    if !PROVIDED.iter().any(|provided| import.starts_with(provided)) {
        return Err(Refusal::Import(format!(
            "it imports {import}, which this server does not know"
        )));
    }
    Ok(())
}

fn check_exports(exports: &[String]) -> Result<bool, Refusal> {
    if let Some(export) = exports
        .iter()
        .find(|export| NOT_SERVED_YET.contains(&export.split('@').next().unwrap_or(export)))
    {
        return Err(Refusal::Export(format!(
            "it exports {export}, which this server does not call yet"
        )));
    }
    let any = |known: &[&str]| {
        exports
            .iter()
            .any(|export| known.iter().any(|known| export.starts_with(known)))
    };
    if !any(&HANDLERS) {
        return Err(Refusal::Export(format!(
            "it exports neither {} nor {}, so it could not answer a request",
            HANDLERS[0], HANDLERS[1]
        )));
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_that_is_not_served_is_named() {
        for import in [
            "guesthouse:host/sse@0.1.0",
            "wasi:keyvalue/store@0.2.0",
            "guesthouse:host/sqlite@9.0.0",
            "env",
        ] {
            let Err(Refusal::Import(why)) = check_import(import) else {
                panic!("{import} was accepted")
            };
            assert!(why.contains(import), "{why}");
        }
        check_import("guesthouse:host/sqlite@0.1.0").unwrap();
        check_import("wasi:io/poll@0.2.6").unwrap();
    }

    #[test]
    fn a_component_must_have_a_handler_and_nothing_that_would_never_be_called() {
        check_exports(&["wasi:http/handler@0.3.0".into()]).unwrap();
        check_exports(&["wasi:http/incoming-handler@0.2.3".into(), "init".into()]).unwrap();
        assert!(check_exports(&[]).is_err());
        assert!(check_exports(&["wasi:http/handler@0.3.0".into(), "guesthouse:host/worker@0.1.0".into()]).is_err());
    }
}
