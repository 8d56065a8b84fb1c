//! Who may do what: the access lists of an API and its rules.

use crate::caller::Caller;
use crate::error::Error;
use crate::rule::{Mistake, Rule};
use crate::schema::{Refusal, Table};

/// What a caller wants to do; also the words of the access lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Create,
    Read,
    Update,
    Delete,
    Schema,
}

impl Operation {
    /// All of them, in the order of their rules in the configuration.
    pub const ALL: [Self; 5] = [Self::Create, Self::Read, Self::Update, Self::Delete, Self::Schema];

    /// The word in an access list.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Read => "READ",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Schema => "SCHEMA",
        }
    }

    /// The column of `_record_api` that has its rule.
    pub fn rule_column(self) -> &'static str {
        match self {
            Self::Create => "create_access_rule",
            Self::Read => "read_access_rule",
            Self::Update => "update_access_rule",
            Self::Delete => "delete_access_rule",
            Self::Schema => "schema_access_rule",
        }
    }

    /// Whether there is a row that its rule can look at.
    pub fn has_row(self) -> bool {
        matches!(self, Self::Read | Self::Update | Self::Delete)
    }

    /// Whether there is a record in the request that its rule can look at.
    pub fn has_request(self) -> bool {
        matches!(self, Self::Create | Self::Update)
    }
}

/// What the configuration says of access, as it is stored.
pub struct Configured<'a> {
    pub world: Option<&'a str>,
    pub authenticated: Option<&'a str>,
    /// The rules, in the order of [`Operation::ALL`].
    pub rules: [Option<&'a str>; 5],
    pub excluded: &'a [&'a str],
}

/// Who may do what with one API.
#[derive(Debug)]
pub struct Access {
    api: String,
    world: Vec<Operation>,
    authenticated: Vec<Operation>,
    rules: [Result<Option<Rule>, Mistake>; 5],
}

impl Access {
    /// Reads the lists and compiles the rules. A rule with a mistake closes its operation, not the API.
    pub fn new(api: &str, table: &Table, configured: &Configured<'_>) -> Result<Self, Refusal> {
        let compile = |operation: Operation| {
            let rule = configured.rules[operation as usize];
            rule.map(|rule| Rule::compile(rule, operation, table, configured.excluded))
                .transpose()
        };
        Ok(Self {
            api: api.into(),
            world: operations("acl_world", configured.world)?,
            authenticated: operations("acl_authenticated", configured.authenticated)?,
            rules: Operation::ALL.map(compile),
        })
    }

    /// Whether the lists let the caller do this. What is let through still has to hold the rule.
    pub fn authorize(&self, operation: Operation, caller: &Caller) -> Result<(), Error> {
        let is_listed =
            self.world.contains(&operation) || (caller.is_known() && self.authenticated.contains(&operation));
        if !is_listed {
            return Err(Error::Forbidden);
        }
        self.check_rule(operation)
    }

    /// Refuses where the rule has a mistake.
    pub fn check_rule(&self, operation: Operation) -> Result<(), Error> {
        match &self.rules[operation as usize] {
            Ok(_) => Ok(()),
            Err(mistake) => Err(self.denied_by_mistake(operation, mistake)),
        }
    }

    /// What everybody may do.
    pub fn world(&self) -> &[Operation] {
        &self.world
    }

    /// What those may do beyond that who are known.
    pub fn authenticated(&self) -> &[Operation] {
        &self.authenticated
    }

    /// What is wrong with the rule of the operation.
    pub fn mistake(&self, operation: Operation) -> Option<&Mistake> {
        self.rules[operation as usize].as_ref().err()
    }

    /// The rule that the operation is bound to.
    pub fn rule(&self, operation: Operation) -> Option<&Rule> {
        self.rules[operation as usize].as_ref().ok()?.as_ref()
    }

    /// A rule that cannot be evaluated lets nobody through, and the operator has to know.
    pub fn denied_by_mistake(&self, operation: Operation, why: &impl std::fmt::Display) -> Error {
        let rule = operation.rule_column();
        eprintln!(
            "the {rule} of the record API {} denies all, for it fails: {why}",
            self.api
        );
        Error::Forbidden
    }
}

/// The words of a comma list.
pub fn words(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

fn operations(column: &str, list: Option<&str>) -> Result<Vec<Operation>, Refusal> {
    words(list)
        .map(|word| {
            let known = Operation::ALL.into_iter().find(|operation| operation.word() == word);
            known.ok_or_else(|| Refusal::Misconfigured(format!("{column} has the word {word}, which is no operation")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{self, Described};

    fn allowed(world: Option<&str>, authenticated: Option<&str>, caller: &Caller) -> Vec<Operation> {
        let mut described = Described::notes();
        described.configuration[1] = world.into();
        described.configuration[11] = authenticated.into();
        let access = described.api().unwrap().access;
        let mut all = Operation::ALL.to_vec();
        all.retain(|operation| access.authorize(*operation, caller).is_ok());
        all
    }

    #[test]
    fn the_world_may_do_what_its_list_names_and_nothing_more() {
        let of = |world| allowed(world, None, &Caller::anonymous());
        assert_eq!(of(Some("READ, DELETE")), [Operation::Read, Operation::Delete]);
        assert_eq!(of(None), []);
    }

    #[test]
    fn who_is_known_may_do_what_the_world_may_and_what_the_other_list_names() {
        let known = examples::known(vec![1]);
        let (world, authenticated) = (Some("READ"), Some("CREATE,SCHEMA"));
        assert_eq!(
            allowed(world, authenticated, &known),
            [Operation::Create, Operation::Read, Operation::Schema]
        );
        assert_eq!(allowed(world, authenticated, &Caller::anonymous()), [Operation::Read]);
        assert_eq!(allowed(None, None, &known), []);
    }

    #[test]
    fn a_rule_with_a_mistake_closes_its_operation_alone() {
        for (index, operation) in Operation::ALL.into_iter().enumerate() {
            let mut described = Described::notes();
            described.configuration[1] = "CREATE,READ,UPDATE,DELETE,SCHEMA".into();
            described.configuration[2 + index] = "_user_.id = 1".into();
            let access = described.api().unwrap().access;
            for other in Operation::ALL {
                let allowed = access.authorize(other, &Caller::anonymous()).is_ok();
                assert_eq!(allowed, other != operation, "{operation:?} {other:?}");
            }
        }
    }
}
