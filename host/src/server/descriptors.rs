//! How many files and sockets the process may have open: as many as the system lets it, and connections accordingly.

use crate::limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit as far as it goes, and says for how many connections there is room then.
pub fn connections() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    let allowed = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(_) => current,
    };
    let connections = room(allowed);
    if connections < limits::CONNECTIONS_MAX {
        tracing::warn!(
            connections,
            "the limit of open files (`ulimit -n`) is low: the server would take {} connections at once",
            limits::CONNECTIONS_MAX
        );
    }
    connections
}

/// Databases and the rest need some as well; where there are few, each gets half.
fn room(descriptors: Option<u64>) -> usize {
    let descriptors = descriptors.map_or(usize::MAX, |some| usize::try_from(some).unwrap_or(usize::MAX));
    let kept = limits::DESCRIPTORS_KEPT.min(descriptors / 2);
    (descriptors - kept).min(limits::CONNECTIONS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_room_for_files() {
        assert_eq!(room(None), limits::CONNECTIONS_MAX);
        assert_eq!(room(Some(1 << 20)), limits::CONNECTIONS_MAX);
        assert_eq!(room(Some(4096)), 4096 - limits::DESCRIPTORS_KEPT);
        assert_eq!(room(Some(256)), 128);
    }
}
