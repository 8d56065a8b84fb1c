//! Services between components, as far as grants tell: each has one provider at most, and none leads back to its own consumer.

use super::grants::ServicesGrant;
use std::collections::BTreeSet;
use std::fmt;

/// Where names of interfaces begin that are no services: the host provides or calls them itself.
const OWN: [&str; 2] = ["wasi:", "guesthouse:host/"];

/// Whether an interface of this name is a service.
pub fn is_service(interface: &str) -> bool {
    !OWN.iter().any(|own| interface.starts_with(own))
}

/// The name of an interface without its version.
pub fn unversioned(interface: &str) -> &str {
    interface.split_once('@').map_or(interface, |(name, _)| name)
}

/// A component cannot run beside those that run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceConflict {
    /// Somebody else is that service.
    #[error(
        "`{service}` is provided by `{other}` already, and a service has one provider: deploy under that name with `--name {other}` to \
         replace it, or remove it first with `guesthouse components remove {other}`"
    )]
    Taken { service: String, other: String },
    /// It would wait for itself.
    #[error("services must not lead in a circle, and here they would: {}", path.join(" -> "))]
    Circle { path: Vec<String> },
}

/// A service that components use, and that would have no provider any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StillUsed {
    pub service: String,
    pub consumers: Vec<String>,
}

impl fmt::Display for StillUsed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uses = if self.consumers.len() == 1 { "uses" } else { "use" };
        write!(
            formatter,
            "{}, which `{}` {uses}",
            self.service,
            self.consumers.join("`, `")
        )
    }
}

/// Looks for what keeps `name` with its grants from running beside the `others`.
pub fn check<'a>(
    name: &str,
    grant: &ServicesGrant,
    others: impl IntoIterator<Item = (&'a str, &'a ServicesGrant)>,
) -> Result<(), ServiceConflict> {
    let others: Vec<_> = others.into_iter().collect();
    for (other, theirs) in &others {
        if let Some(service) = grant.provide.iter().find(|service| theirs.provide.contains(service)) {
            return Err(ServiceConflict::Taken {
                service: service.clone(),
                other: (*other).to_owned(),
            });
        }
    }
    let all: Vec<_> = others.into_iter().chain([(name, grant)]).collect();
    let mut path = vec![name.to_owned()];
    match leads_back(name, grant, &all, &mut path, &mut BTreeSet::new()) {
        true => Err(ServiceConflict::Circle { path }),
        false => Ok(()),
    }
}

/// Whether what a component uses leads to `target`. Then `path` is the way.
fn leads_back<'a>(
    target: &str,
    grant: &'a ServicesGrant,
    all: &[(&'a str, &'a ServicesGrant)],
    path: &mut Vec<String>,
    seen: &mut BTreeSet<&'a str>,
) -> bool {
    for service in &grant.uses {
        for (provider, theirs) in all.iter().filter(|(_, theirs)| theirs.provide.contains(service)) {
            path.push((*provider).to_owned());
            if *provider == target || (seen.insert(*provider) && leads_back(target, theirs, all, path, seen)) {
                return true;
            }
            path.pop();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(provide: &[&str], uses: &[&str]) -> ServicesGrant {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        ServicesGrant {
            provide: own(provide),
            uses: own(uses),
        }
    }

    #[test]
    fn a_service_has_one_provider() {
        let theirs = grant(&["a:b/c", "a:b/d"], &[]);
        let conflict = check("mine", &grant(&["a:b/d"], &[]), [("theirs", &theirs)]).expect_err("a conflict");
        assert_eq!(
            conflict,
            ServiceConflict::Taken {
                service: "a:b/d".into(),
                other: "theirs".into()
            }
        );
        assert!(conflict.to_string().contains("--name theirs"));
        assert_eq!(
            check("mine", &grant(&["a:b/e"], &["a:b/c"]), [("theirs", &theirs)]),
            Ok(())
        );
    }

    #[test]
    fn a_circle_is_found_and_named() {
        let (one, two) = (grant(&["a:a/one"], &["a:a/two"]), grant(&["a:a/two"], &["a:a/three"]));
        let mine = grant(&["a:a/three"], &["a:a/one"]);
        let conflict = check("three", &mine, [("one", &one), ("two", &two)]).expect_err("a circle");
        assert!(
            conflict.to_string().contains("three -> one -> two -> three"),
            "{conflict}"
        );
        let itself = check("self", &grant(&["a:a/self"], &["a:a/self"]), []).expect_err("a circle");
        assert!(itself.to_string().contains("self -> self"), "{itself}");
        assert_eq!(
            check("three", &grant(&["a:a/three"], &[]), [("one", &one), ("two", &two)]),
            Ok(())
        );
    }

    #[test]
    fn two_ways_to_one_provider_are_no_circle() {
        let (base, left) = (grant(&["a:a/base"], &[]), grant(&["a:a/left"], &["a:a/base"]));
        let mine = grant(&[], &["a:a/left", "a:a/base"]);
        assert_eq!(check("mine", &mine, [("base", &base), ("left", &left)]), Ok(()));
    }
}
