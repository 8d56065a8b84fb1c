//! Whether those who listen still may: by the API as it is now.

use std::cell::RefCell;
use std::rc::Rc;

use record_api::api::{Api, Operation};
use record_api::catalog::{self, Served as ServedApi};
use record_api::error::Error;

use super::census::{Census, Entry, Served};
use super::send;
use crate::class::Audience;
use crate::event;
use crate::listening::Member;
use crate::place::Place;

/// Ends the streams of an API that may not be any more, and returns the API, if it is served.
pub async fn check(census: &RefCell<Census>, served: &Served) -> Result<Option<ServedApi>, Error> {
    let (place, name) = served;
    let now = match catalog::api(name).await {
        Ok(now) if fits(&now, place) => Some(now),
        Ok(_) => None,
        Err(error) if is_passing(&error) => return Err(error),
        // It is not there any more, or cannot be served.
        Err(_) => None,
    };
    let ended = match census.borrow_mut().entry(served) {
        Some(entry) => ended(entry, now.as_ref().map(|now| &now.api)),
        None => Vec::new(),
    };
    if !ended.is_empty() {
        send::close(&ended, &event::denied());
        census.borrow_mut().refresh();
    }
    Ok(now)
}

/// What another try may mend.
pub fn is_passing(error: &Error) -> bool {
    matches!(error, Error::Busy | Error::TimedOut | Error::Full | Error::TooLarge)
}

fn fits(served: &ServedApi, place: &Place) -> bool {
    served.api.has_subscriptions && !served.api.table.is_view && Place::of(served) == *place
}

/// The topics of those who may not listen.
fn ended(entry: &mut Entry, api: Option<&Rc<Api>>) -> Vec<Rc<str>> {
    let Some(api) = api else {
        return topics(entry.listening.members());
    };
    let is_known = entry.checked.as_ref().is_some_and(|checked| Rc::ptr_eq(checked, api));
    let unchecked = std::mem::take(&mut entry.unchecked);
    entry.checked = Some(Rc::clone(api));
    if is_known && unchecked.is_empty() {
        return Vec::new();
    }
    let members = entry.listening.members();
    let suspects = members.filter(|member| !is_known || unchecked.contains(&member.topic));
    topics(suspects.filter(|member| !may_listen(api, &member.audience)))
}

fn topics<'a>(members: impl Iterator<Item = &'a Member>) -> Vec<Rc<str>> {
    members.map(|member| Rc::clone(&member.topic)).collect()
}

/// Whether the access lists let somebody read who is known or not, and what is known is enough for the rule.
fn may_listen(api: &Api, audience: &Audience) -> bool {
    let access = &api.access;
    let is_known = *audience != Audience::Unknown;
    let is_listed =
        access.world().contains(&Operation::Read) || (is_known && access.authenticated().contains(&Operation::Read));
    is_listed && access.mistake(Operation::Read).is_none() && audience.is_enough_for(access.rule(Operation::Read))
}

#[cfg(test)]
mod tests {
    use record_api::examples::Described;

    use super::*;

    fn may(world: Option<&str>, authenticated: Option<&str>, rule: Option<&str>) -> [bool; 3] {
        let mut described = Described::notes();
        described.configuration[1] = world.into();
        described.configuration[11] = authenticated.into();
        described.configuration[3] = rule.into();
        let api = described.api().unwrap();
        [Audience::Unknown, Audience::Known, Audience::Caller(vec![7])].map(|audience| may_listen(&api, &audience))
    }

    #[test]
    fn lists_and_rule_say_who_may_go_on() {
        assert_eq!(may(Some("READ"), None, None), [true; 3]);
        assert_eq!(may(Some("CREATE"), None, None), [false; 3]);
        assert_eq!(may(None, Some("READ"), None), [false, true, true]);
        assert_eq!(
            may(Some("READ"), None, Some("_ROW_.data = _USER_.id")),
            [true, false, true]
        );
        assert_eq!(may(Some("READ"), None, Some("_row_.data")), [false; 3]);
    }
}
