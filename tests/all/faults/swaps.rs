//! Built-ins are replaced again and again under steady load: no request fails, no listener misses anything, nothing is left behind.

mod load;

use crate::accounts;
use guesthouse_tests::faults::Faults;
use guesthouse_tests::random::Random;
use guesthouse_tests::{Server, http, wait};
use load::{REQUESTS_PER_SECOND, TABLES, under_load};
use serde_json::json;
use std::sync::Mutex;
use std::time::{Duration, Instant};

const BETWEEN_SWAPS: Duration = Duration::from_millis(200);
/// Failures that are shown.
const SHOWN: usize = 20;
const MIB: u64 = 1 << 20;
/// What the server may grow by while built-ins are replaced: notes are written as well.
const GROWTH_MIB_MAX: u64 = 48;
/// Those of databases stay open once many were needed at once.
const DESCRIPTORS_MORE_MAX: usize = 10;

/// What the server holds.
#[derive(Clone, Copy)]
struct Held {
    memory_mib: u64,
    descriptors: usize,
}

impl Held {
    fn by(server: &Server) -> Self {
        Self {
            memory_mib: server.resident_bytes() / MIB,
            descriptors: server.descriptors(),
        }
    }
}

/// What was seen of the swaps.
struct Seen {
    times: Vec<Duration>,
    early: Held,
    late: Held,
}

#[test]
fn no_request_fails_and_nothing_is_left_behind_while_built_ins_are_replaced() {
    let mut faults = Faults::begin("swaps under load");
    let swaps = faults.either(60, 1000);
    let server = accounts::prepare().migration("U3__notes.sql", TABLES).start();
    let names = deploy_second_versions(&server);
    let (descriptors, begun, doing) = (server.descriptors(), Instant::now(), Mutex::default());
    let (seen, outcome) = under_load(&server, &mut faults, &doing, |random| {
        replace_again_and_again(&server, &names, swaps, &doing, random)
    });
    let (count, failed) = (outcome.requests, outcome.failed);
    let shown = &failed[..failed.len().min(SHOWN)];
    assert!(
        failed.is_empty(),
        "{} of {count} requests failed: {shown:#?}",
        failed.len()
    );
    assert_eq!(
        outcome.heard, outcome.created,
        "a listener heard something else than what was written"
    );
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    assert!(
        rate > f64::from(REQUESTS_PER_SECOND) / 4.0,
        "only {rate:.0} requests a second were tried"
    );
    let left = || server.descriptors() <= descriptors + DESCRIPTORS_MORE_MAX;
    wait::until("the connections to go", Duration::from_secs(20), || {
        left().then_some(())
    });
    let left = server.descriptors();
    faults.done(&format!(
        "{swaps} swaps of {names:?}, {seen}; {count} requests, {rate:.0} a second, none failed; {} events, resumed {} times; \
         {descriptors} descriptors before all, {left} after",
        outcome.heard.len(),
        outcome.resumed
    ));
}

/// Deploys each built-in of the executable once more. Version 2 of each runs then.
fn deploy_second_versions(server: &Server) -> Vec<String> {
    let request = server.request("GET", "/_/control/components");
    let components = request
        .header("authorization", &server.control_authorization())
        .send()
        .json();
    let builtins = components
        .as_array()
        .expect("a list")
        .iter()
        .filter(|one| one["origin"] == "builtin");
    let names: Vec<String> = builtins
        .map(|one| one["name"].as_str().expect("a name").into())
        .collect();
    assert!(names.len() >= 3, "{names:?}");
    for name in &names {
        let folder = server.data().join("exported").join(name);
        let export = ["components", "export", name, "--into", &folder.to_string_lossy()];
        server.cli(&export).expect_success();
        let deployed = server.deploy_from(&folder.join(format!("{name}.wasm")), &folder.join("component.toml"));
        deployed.expect_success();
    }
    names
}

/// Replaces one of the built-ins, so many times.
#[track_caller]
fn replace_again_and_again(
    server: &Server,
    names: &[String],
    swaps: usize,
    doing: &Mutex<String>,
    random: &mut Random,
) -> Seen {
    let (client, authorization) = (http::client(1), server.control_authorization());
    let mut versions = vec![2; names.len()];
    let (mut times, mut early) = (Vec::new(), Held::by(server));
    for swap in 0..swaps {
        let begun = Instant::now();
        let which = random.below(names.len() as u64) as usize;
        versions[which] = 3 - versions[which];
        let name = &names[which];
        *doing.lock().expect("nobody panics with it") = format!("swap {swap} of {name}");
        let url = format!("http://{}/_/control/components/{name}/rollback", server.address());
        let rollback = client.post(url).header("authorization", &authorization);
        let mut answer = rollback
            .send(json!({"version": versions[which]}).to_string())
            .expect("the server answers");
        let text = answer.body_mut().read_to_string().expect("a whole answer");
        assert_eq!(answer.status(), 200, "{text}");
        times.push(begun.elapsed());
        // By then all has been made that is made once.
        if swap == swaps / 5 {
            early = Held::by(server);
        }
        std::thread::sleep(BETWEEN_SWAPS.saturating_sub(begun.elapsed()));
    }
    times.sort_unstable();
    let seen = Seen {
        times,
        early,
        late: Held::by(server),
    };
    let is_flat = seen.late.memory_mib < early.memory_mib + GROWTH_MIB_MAX
        && seen.late.descriptors <= early.descriptors + DESCRIPTORS_MORE_MAX;
    assert!(is_flat, "{seen}");
    seen
}

impl std::fmt::Display for Seen {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (median, longest) = (self.times[self.times.len() / 2], self.times[self.times.len() - 1]);
        write!(formatter, "each {median:.1?}, at most {longest:.1?}, ")?;
        let Self { early, late, .. } = self;
        write!(
            formatter,
            "from {} to {} MiB and from {} to {} descriptors",
            early.memory_mib, late.memory_mib, early.descriptors, late.descriptors
        )
    }
}
