//! What of a component is too much to be compiled at all: found by reading its sections, before any of it costs time.

use wasmparser::{Parser, Payload};

use crate::limits;

/// A component is more than this server takes on. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Oversize {
    #[error(
        "it has {0} functions, and a component may have {max}; leave out what it does not need, or split it into several components",
        max = limits::FUNCTIONS_MAX
    )]
    Functions(u64),
    #[error(
        "one of its tables begins with {0} elements, and a table may have {max}; build it without reserving so many",
        max = limits::TABLE_ELEMENTS_MAX
    )]
    Table(u64),
    #[error(
        "its parts are nested more than {} deep; build it from parts that stand beside one another",
        limits::NESTING_MAX
    )]
    Nesting,
}

impl Oversize {
    /// The stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Oversize::Functions(_) => "too_many_functions",
            Oversize::Table(_) => "table_too_large",
            Oversize::Nesting => "nested_too_deep",
        }
    }
}

/// Looks through all modules and components inside a component, and reads no code. What cannot be read is left to the compiler,
/// which says what is wrong with it.
pub fn check(component: &[u8]) -> Result<(), Oversize> {
    let (mut functions, mut depth) = (0, 0);
    for payload in Parser::new(0).parse_all(component) {
        match payload {
            Ok(Payload::ModuleSection { .. } | Payload::ComponentSection { .. }) => {
                depth += 1;
                if depth > limits::NESTING_MAX {
                    return Err(Oversize::Nesting);
                }
            }
            Ok(Payload::End(_)) => depth = depth.saturating_sub(1),
            Ok(Payload::FunctionSection(section)) => functions += u64::from(section.count()),
            Ok(Payload::TableSection(tables)) => {
                let sizes = tables.into_iter().map_while(Result::ok).map(|table| table.ty.initial);
                if let Some(size) = sizes.filter(|size| *size > limits::TABLE_ELEMENTS_MAX as u64).max() {
                    return Err(Oversize::Table(size));
                }
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    match functions > limits::FUNCTIONS_MAX {
        true => Err(Oversize::Functions(functions)),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, Component, ComponentSection, Function, FunctionSection, Module, ModuleSection,
        NestedComponentSection, RefType, TableSection, TableType,
    };

    use super::*;

    fn holding(section: &impl ComponentSection) -> Component {
        let mut component = Component::new();
        component.section(section);
        component
    }

    fn with_functions(count: u64) -> Module {
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        for _ in 0..count {
            functions.function(0);
            code.function(&Function::new([]));
        }
        let mut module = Module::new();
        module.section(&functions).section(&code);
        module
    }

    #[test]
    fn functions_of_all_modules_are_counted_together() {
        let half = with_functions(limits::FUNCTIONS_MAX / 2);
        let mut component = holding(&ModuleSection(&half));
        component.section(&ModuleSection(&half));
        assert_eq!(check(&component.clone().finish()), Ok(()));
        component.section(&ModuleSection(&with_functions(1)));
        assert_eq!(
            check(&component.finish()),
            Err(Oversize::Functions(limits::FUNCTIONS_MAX + 1))
        );
    }

    #[test]
    fn a_table_is_measured_by_what_it_begins_with() {
        let with_table = |minimum: u64| {
            let (mut module, mut tables) = (Module::new(), TableSection::new());
            tables.table(TableType {
                element_type: RefType::FUNCREF,
                table64: false,
                minimum,
                maximum: None,
                shared: false,
            });
            module.section(&tables);
            check(&holding(&ModuleSection(&module)).finish())
        };
        let most = limits::TABLE_ELEMENTS_MAX as u64;
        assert_eq!(with_table(most), Ok(()));
        assert_eq!(with_table(most + 1), Err(Oversize::Table(most + 1)));
    }

    #[test]
    fn depth_is_counted_and_not_how_many_parts_there_are() {
        let mut component = Component::new();
        for _ in 0..limits::NESTING_MAX {
            component = holding(&NestedComponentSection(&component));
        }
        assert_eq!(check(&component.clone().finish()), Ok(()));
        let deeper = holding(&NestedComponentSection(&component)).finish();
        assert_eq!(check(&deeper), Err(Oversize::Nesting));
        let mut flat = Component::new();
        for _ in 0..2 * limits::NESTING_MAX {
            flat.section(&NestedComponentSection(&Component::new()));
        }
        assert_eq!(check(&flat.finish()), Ok(()));
    }

    #[test]
    fn what_cannot_be_read_is_left_to_the_compiler() {
        assert_eq!(check(b"no component"), Ok(()));
    }
}
