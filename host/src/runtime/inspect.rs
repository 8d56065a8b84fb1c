//! What a component imports and exports, checked before anything of it runs.

use super::engine::Runtime;
use crate::capability::services::Interface;
pub use crate::components::deploy::Refusal;
use crate::components::services::{is_service, unversioned};
use crate::components::version::Version;
use std::collections::BTreeSet;
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

/// Interfaces of the contract that this host does not serve yet.
const NOT_SERVED_YET: [&str; 3] = [
    "guesthouse:host/control",
    "guesthouse:host/files",
    "guesthouse:host/scheduled",
];

/// Where the interfaces that the host provides begin; the linker then checks each function.
const PROVIDED: [&str; 14] = [
    "guesthouse:host/changes@0.1.",
    "guesthouse:host/http-messages@0.1.",
    "guesthouse:host/mail@0.1.",
    "guesthouse:host/secrets@0.1.",
    "guesthouse:host/services@0.1.",
    "guesthouse:host/sqlite@0.1.",
    "guesthouse:host/sse@0.1.",
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:filesystem/",
    "wasi:http/",
    "wasi:io/",
    "wasi:random/",
    "wasi:sockets/",
];

/// What the host calls of a component to answer requests.
const HANDLERS: [&str; 2] = ["wasi:http/handler@0.3", "wasi:http/incoming-handler@0.2"];

/// What else the host calls of a component; without routes one of them is enough.
const OTHER_FACES: [&str; 2] = ["guesthouse:host/command@0.1", "guesthouse:host/worker@0.1"];

/// What a component is for others, and what others are for it.
pub struct Faces {
    /// Whether it answers requests.
    pub answers_requests: bool,
    /// The services that it uses.
    pub uses: Vec<Interface>,
    /// The interfaces of which it imports functions, without their versions.
    pub imports: BTreeSet<String>,
}

impl Runtime {
    /// Refuses a component that asks for what the host does not have or its manifest does not ask for, or that gives the host
    /// nothing to call.
    pub(super) fn inspect(&self, component: &Component, version: &Version) -> Result<Faces, Refusal> {
        let (engine, kind) = (&self.engine, component.component_type());
        let granted = &version.grants.services;
        let (mut uses, mut imports) = (Vec::new(), BTreeSet::new());
        for (name, item) in kind.imports(engine) {
            if has_functions(engine, &item.ty) {
                imports.insert(unversioned(name).to_owned());
            }
            match Interface::read(engine, name, &item.ty) {
                Some(service) => {
                    check_service(&service, &granted.uses, "use", "imports")?;
                    uses.push(service);
                }
                None if defines_types_alone(name, &item.ty) => {}
                None => check_import(name)?,
            }
        }
        let exports: Vec<(&str, ComponentItem)> = kind.exports(engine).map(|(name, item)| (name, item.ty)).collect();
        for (name, item) in &exports {
            if let Some(service) = Interface::read(engine, name, item) {
                check_service(&service, &granted.provide, "provide", "exports")?;
            }
        }
        let names: Vec<&str> = exports.iter().map(|(name, _)| *name).collect();
        let answers_requests = check_exports(&names, &granted.provide, &version.manifest.routes)?;
        Ok(Faces {
            answers_requests,
            uses,
            imports,
        })
    }
}

/// Whether there is anything to call. An interface that another one takes its types from is imported for these alone.
fn has_functions(engine: &Engine, item: &ComponentItem) -> bool {
    match item {
        ComponentItem::ComponentInstance(instance) => instance
            .exports(engine)
            .any(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_))),
        _ => false,
    }
}

/// An interface of others that has no functions needs nobody to provide it.
fn defines_types_alone(name: &str, item: &ComponentItem) -> bool {
    is_service(name) && matches!(item, ComponentItem::ComponentInstance(_))
}

fn check_service(service: &Interface, granted: &[String], key: &str, does: &str) -> Result<(), Refusal> {
    if let Some(mistake) = service.mistake() {
        return Err(Refusal::Service(format!(
            "it {does} what cannot be a service: {mistake}"
        )));
    }
    let name = unversioned(&service.name);
    if granted.iter().any(|granted| granted == name) {
        return Ok(());
    }
    Err(Refusal::Service(format!(
        "it {does} {}, but its manifest does not ask for that: put `{key} = [\"{name}\"]` under `[grants.services]` in component.toml",
        service.name
    )))
}

fn check_import(import: &str) -> Result<(), Refusal> {
    if NOT_SERVED_YET.contains(&unversioned(import)) {
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

/// Says whether the component answers requests.
fn check_exports(exports: &[&str], provided: &[String], routes: &[String]) -> Result<bool, Refusal> {
    if let Some(export) = exports
        .iter()
        .find(|export| NOT_SERVED_YET.contains(&unversioned(export)))
    {
        return Err(Refusal::Export(format!(
            "it exports {export}, which this server does not call yet"
        )));
    }
    if let Some(service) = provided
        .iter()
        .find(|service| !exports.iter().any(|export| unversioned(export) == *service))
    {
        return Err(Refusal::Service(format!(
            "its manifest asks to provide {service}, which it does not export: take that out of `provide` under `[grants.services]`"
        )));
    }
    let any = |known: &[&str]| {
        exports
            .iter()
            .any(|export| known.iter().any(|known| export.starts_with(known)))
    };
    let answers_requests = any(&HANDLERS);
    let is_of_other_use = !provided.is_empty() || any(&OTHER_FACES);
    if !answers_requests && (!routes.is_empty() || !is_of_other_use) {
        if let Some(export) = exports.iter().find(|export| !is_of_other_use && !is_service(export)) {
            return Err(Refusal::World(format!(
                "it exports {export}, which this server does not call, and nothing that it calls: it was built for another world; build \
                 it for the world `wasi:http/service` or with this project's SDK, as a library (`cdylib`) and not as a program"
            )));
        }
        return Err(Refusal::Export(format!(
            "it exports neither {} nor {}, so it could not answer a request; a component that only provides services, brings \
             commands or works all the time has no routes",
            HANDLERS[0], HANDLERS[1]
        )));
    }
    Ok(answers_requests)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_that_is_not_served_is_named() {
        for import in [
            "guesthouse:host/files@0.1.0",
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
    fn a_component_must_have_something_to_call_and_nothing_that_would_never_be_called() {
        let route = ["/a".to_owned()];
        assert_eq!(check_exports(&["wasi:http/handler@0.3.0"], &[], &route), Ok(true));
        assert_eq!(
            check_exports(&["wasi:http/incoming-handler@0.2.3", "init"], &[], &[]),
            Ok(true)
        );
        assert!(matches!(check_exports(&[], &[], &[]), Err(Refusal::Export(_))));
        for foreign in ["wasi:cli/run@0.2.3", "wasi:http/handler@9.0.0"] {
            let refused = check_exports(&[foreign], &[], &route);
            assert!(matches!(refused, Err(Refusal::World(why)) if why.contains(foreign)));
        }
        assert!(
            check_exports(
                &["wasi:http/handler@0.3.0", "guesthouse:host/scheduled@0.1.0"],
                &[],
                &[]
            )
            .is_err()
        );
    }

    #[test]
    fn a_component_may_provide_services_commands_or_work_alone_and_then_has_no_routes() {
        assert_eq!(check_exports(&["guesthouse:host/command@0.1.0"], &[], &[]), Ok(false));
        assert_eq!(check_exports(&["guesthouse:host/worker@0.1.0"], &[], &[]), Ok(false));
        let provided = ["acme:shop/prices".to_owned()];
        assert_eq!(check_exports(&["acme:shop/prices@1.0.0"], &provided, &[]), Ok(false));
        assert!(check_exports(&["acme:shop/prices@1.0.0"], &provided, &["/a".to_owned()]).is_err());
        assert!(
            check_exports(&["wasi:http/handler@0.3.0"], &provided, &[]).is_err(),
            "it is not exported"
        );
    }
}
