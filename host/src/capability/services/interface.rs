//! What a service looks like, and whether a provider's fits a consumer's.
//!
//! Values of a service go from one store to another, so nothing can be in them that belongs to a store; and because a provider may
//! be gone or fail at any time, every function has a way to say so.

use crate::components::services::is_service;
use wasmtime::Engine;
use wasmtime::component::types::{ComponentFunc, ComponentInstance, ComponentItem};
use wasmtime::component::{Component, Type};

/// The case of a function's error that says that nobody answered.
pub const UNAVAILABLE: &str = "unavailable";

/// A service as one component imports or exports it.
pub struct Interface {
    /// With its version.
    pub name: String,
    /// Its functions.
    pub functions: Vec<(String, ComponentFunc)>,
}

impl Interface {
    /// Reads an import or export; none where it is no service: the host's own interfaces, functions that stand alone, and
    /// interfaces that only define types.
    pub fn read(engine: &Engine, name: &str, item: &ComponentItem) -> Option<Self> {
        let ComponentItem::ComponentInstance(instance) = item else {
            return None;
        };
        let functions = functions(engine, instance);
        (is_service(name) && !functions.is_empty()).then(|| Self {
            name: name.to_owned(),
            functions,
        })
    }

    /// What of it cannot be a service's, if anything.
    pub fn mistake(&self) -> Option<String> {
        let found = self
            .functions
            .iter()
            .find_map(|(name, kind)| Some((name, function_mistake(kind)?)));
        found.map(|(function, mistake)| format!("`{function}` of {} {mistake}", self.name))
    }
}

fn functions(engine: &Engine, instance: &ComponentInstance) -> Vec<(String, ComponentFunc)> {
    let functions = instance.exports(engine).filter_map(|(name, item)| match item.ty {
        ComponentItem::ComponentFunc(kind) => Some((name.to_owned(), kind)),
        _ => None,
    });
    functions.collect()
}

fn function_mistake(kind: &ComponentFunc) -> Option<&'static str> {
    if kind.params().any(|(_, kind)| is_bound(&kind)) || kind.results().any(|kind| is_bound(&kind)) {
        return Some("passes resources, streams or futures, which cannot leave a component: pass plain values");
    }
    let can_fail = kind.results().next().is_some_and(|kind| match kind {
        Type::Result(result) => result.err().is_some_and(|error| has_unavailable(&error)),
        _ => false,
    });
    (!can_fail).then_some(
        "cannot say that nobody answered: let it return `result<..., E>`, where E is a variant with a case `unavailable`",
    )
}

fn has_unavailable(error: &Type) -> bool {
    match error {
        Type::Variant(error) => error.cases().any(|case| case.name == UNAVAILABLE && case.ty.is_none()),
        Type::Enum(error) => error.names().any(|name| name == UNAVAILABLE),
        _ => false,
    }
}

/// Whether values of this type belong to one store.
fn is_bound(kind: &Type) -> bool {
    match kind {
        Type::Own(_) | Type::Borrow(_) | Type::Future(_) | Type::Stream(_) | Type::ErrorContext => true,
        Type::List(list) => is_bound(&list.ty()),
        Type::FixedLengthList(list) => is_bound(&list.ty()),
        Type::Map(map) => is_bound(&map.key()) || is_bound(&map.value()),
        Type::Record(fields) => fields.fields().any(|field| is_bound(&field.ty)),
        Type::Tuple(tuple) => tuple.types().any(|kind| is_bound(&kind)),
        Type::Variant(variant) => variant.cases().filter_map(|case| case.ty).any(|kind| is_bound(&kind)),
        Type::Option(option) => is_bound(&option.ty()),
        Type::Result(result) => [result.ok(), result.err()]
            .into_iter()
            .flatten()
            .any(|kind| is_bound(&kind)),
        Type::Bool
        | Type::S8
        | Type::U8
        | Type::S16
        | Type::U16
        | Type::S32
        | Type::U32
        | Type::S64
        | Type::U64
        | Type::Float32
        | Type::Float64
        | Type::Char
        | Type::String
        | Type::Enum(_)
        | Type::Flags(_) => false,
    }
}

/// Whether a function that is exported can be called as one that is imported.
pub fn fits(imported: &ComponentFunc, exported: &ComponentFunc) -> bool {
    imported.async_() == exported.async_()
        && imported
            .params()
            .map(|(_, kind)| kind)
            .eq(exported.params().map(|(_, kind)| kind))
        && imported.results().eq(exported.results())
}

/// What a consumer calls that its provider does not have, or not of that type; none where all fits.
pub fn misfit(used: &Interface, provider: &Component) -> Option<String> {
    let Some((_, instance)) = provider.get_export(None, used.name.as_str()) else {
        return Some(format!("no version of it that is compatible with {}", used.name));
    };
    used.functions.iter().find_map(
        |(name, imported)| match provider.get_export(Some(&instance), name.as_str()) {
            Some((ComponentItem::ComponentFunc(exported), _)) if fits(imported, &exported) => None,
            Some(_) => Some(format!("`{name}` of {} with other types", used.name)),
            None => Some(format!("no function `{name}` in {}", used.name)),
        },
    )
}
