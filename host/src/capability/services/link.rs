//! Links what a consumer imports to whoever provides it when it is called.

use super::interface::{Interface, UNAVAILABLE, fits};
use super::message::is_within_limit;
use super::table::{Provider, Services};
use crate::audit::Trace;
use crate::components::services::unversioned;
use crate::limits;
use crate::runtime::{Caller, Export, State};
use arc_swap::ArcSwapOption;
use std::sync::Arc;
use wasmtime::component::types::ComponentFunc;
use wasmtime::component::{Linker, Type, Val};

/// Adds the services that a component uses to what it is linked with.
pub fn link(linker: &mut Linker<State>, uses: &[Interface], services: &Arc<Services>) -> wasmtime::Result<()> {
    for interface in uses {
        let mut instance = linker.instance(&interface.name)?;
        for (name, kind) in &interface.functions {
            let function = Arc::new(Function::new(services, &interface.name, name, kind));
            if kind.async_() {
                instance.func_new_concurrent(name, move |accessor, _, arguments, results| {
                    let function = function.clone();
                    Box::pin(async move {
                        let caller = accessor.with(|access| Caller::of(access));
                        function.call(caller, arguments, results).await
                    })
                })?;
            } else {
                // The consumer said that it waits: nothing else of its instance goes on meanwhile.
                instance.func_new_async(name, move |store, _, arguments, results| {
                    let (function, caller) = (function.clone(), Caller::of(store));
                    Box::new(async move { function.call(caller, arguments, results).await })
                })?;
            }
        }
    }
    Ok(())
}

/// A function that a consumer imports.
struct Function {
    services: Arc<Services>,
    service: String,
    interface: String,
    name: String,
    kind: ComponentFunc,
    /// That of the grant to use it.
    line: String,
    /// What it returns where nobody answers.
    unavailable: Val,
    /// What it leads to, as it was found when the present provider was first asked.
    found: ArcSwapOption<Found>,
}

struct Found {
    provider: u64,
    export: Option<Export>,
}

impl Function {
    fn new(services: &Arc<Services>, interface: &str, name: &str, kind: &ComponentFunc) -> Self {
        Self {
            services: services.clone(),
            service: unversioned(interface).to_owned(),
            interface: interface.to_owned(),
            name: name.to_owned(),
            kind: kind.clone(),
            line: format!("services: use {}", unversioned(interface)),
            unavailable: unavailable(kind),
            found: ArcSwapOption::empty(),
        }
    }

    /// Calls whoever provides it. Never fails: what keeps it from an answer is one.
    async fn call(&self, caller: Caller, arguments: &[Val], results: &mut [Val]) -> wasmtime::Result<()> {
        caller.allowed("services.call", [&self.line]);
        let answer = self.ask(caller.trace().cloned(), arguments).await;
        if let Some(result) = results.first_mut() {
            *result = answer.unwrap_or_else(|| self.unavailable.clone());
        }
        Ok(())
    }

    async fn ask(&self, trace: Option<Arc<Trace>>, arguments: &[Val]) -> Option<Val> {
        let provider = self.services.provider(&self.service)?;
        let export = self.find(&provider)?;
        if !is_within_limit(arguments) {
            return self.refuse("the arguments are larger than a service takes");
        }
        let call = provider.running.call(&export, arguments.to_vec(), trace);
        let Ok(answer) = tokio::time::timeout(limits::SERVICE_TIMEOUT, call).await else {
            return self.refuse("nobody answered in time");
        };
        // A failure is in the log already.
        let mut results = answer.ok()?;
        if !is_within_limit(&results) {
            return self.refuse("the result is larger than a service gives");
        }
        results.pop()
    }

    fn refuse(&self, why: &str) -> Option<Val> {
        tracing::warn!(service = self.interface, function = self.name, "{why}");
        None
    }

    /// The provider's function, if it is of the type that the consumer calls. That was checked when either was deployed; here it is
    /// made sure, for a value of another type would be a fault of the host.
    fn find(&self, provider: &Provider) -> Option<Export> {
        if let Some(found) = self
            .found
            .load()
            .as_deref()
            .filter(|found| found.provider == provider.number)
        {
            return found.export.clone();
        }
        let export = provider.running.export(&self.interface, &self.name);
        let export = export.filter(|export| fits(&self.kind, export.kind()));
        if export.is_none() {
            let _: Option<Val> = self.refuse("the provider does not fit");
        }
        self.found.store(Some(Arc::new(Found {
            provider: provider.number,
            export: export.clone(),
        })));
        export
    }
}

/// `error(unavailable)`, as the function's own type has it.
fn unavailable(kind: &ComponentFunc) -> Val {
    let error = kind.results().next().and_then(|result| match result {
        Type::Result(result) => result.err(),
        _ => None,
    });
    let error = match error {
        Some(Type::Enum(_)) => Val::Enum(UNAVAILABLE.into()),
        _ => Val::Variant(UNAVAILABLE.into(), None),
    };
    Val::Result(Err(Some(Box::new(error))))
}
