//! Which secrets there are and who may use them, for people: never a value.

use super::Secrets;
use crate::components::grants::Grants;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretLine {
    pub name: String,
    /// Whether it has a value. One that was granted and has none is what someone may be waiting for.
    pub is_set: bool,
    pub granted: Vec<SecretAccess>,
}

/// What one component may do with a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretAccess {
    pub component: String,
    /// As in a manifest: `read`, `generate`, `write`.
    pub ways: Vec<String>,
}

/// Every secret that has a value or is granted to a component that is deployed, by name.
pub fn listing(secrets: &Secrets, deployed: &[(String, Grants)]) -> Vec<SecretLine> {
    let mut granted: BTreeMap<String, Vec<SecretAccess>> = BTreeMap::new();
    for name in secrets.names() {
        granted.entry(name).or_default();
    }
    for (component, grants) in deployed {
        for (way, names) in grants.secrets.ways() {
            for name in names {
                let lines = granted.entry(name.clone()).or_default();
                match lines.last_mut().filter(|line| line.component == *component) {
                    Some(line) => line.ways.push(way.to_owned()),
                    None => lines.push(SecretAccess {
                        component: component.clone(),
                        ways: vec![way.to_owned()],
                    }),
                }
            }
        }
    }
    let line = |(name, granted): (String, Vec<SecretAccess>)| SecretLine {
        is_set: secrets.get(&name).is_some(),
        name,
        granted,
    };
    granted.into_iter().map(line).collect()
}
