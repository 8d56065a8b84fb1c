//! Probation as it is stored: what is put on it, what a failure leads to, and who wins where several want something.

use super::*;

impl House {
    /// Deploys versions that differ by what they say of themselves.
    async fn deploy_versions(&self, numbers: std::ops::RangeInclusive<u64>) -> Option<Deployed> {
        let mut last = None;
        for number in numbers {
            let manifest = format!("name = \"page\"\ndescription = \"{number}\"\nroutes = [\"/{number}\"]");
            last = Some(self.deploy(&manifest).await.expect("a deployment"));
        }
        last
    }

    /// Lets a version fail.
    async fn fail(&self, number: u64) {
        let failing = Failing {
            name: "page".to_owned(),
            number,
            why: "5 of the last 5 failed".to_owned(),
        };
        let before = self.deployer.before(&failing).await;
        self.deployer.take_back(&failing, before).await;
    }

    /// What probation wrote into the audit: action, version, detail.
    async fn audit(&self) -> Vec<(String, u64, String)> {
        let audit = self.deployer.store.audit_of(Actor::Probation).await;
        audit.expect("the audit")
    }

    async fn state(&self) -> State {
        self.deployer.show("page").await.expect("details").summary.state
    }
}

fn on_probation(state: &State) -> bool {
    matches!(state, State::OnProbation(_))
}

#[tokio::test]
async fn only_an_upload_in_place_of_what_runs_is_on_probation() {
    let (_folder, house) = House::new().await;
    let first = house.deploy_versions(1..=1).await.expect("a deployment");
    assert_eq!((first.probation, house.state().await), (None, State::Running));
    let second = house.deploy_versions(2..=2).await.expect("a deployment");
    assert_eq!(second.probation.map(|probation| probation.fallback), Some(1));
    assert!(on_probation(&house.state().await));
    let without = DeployOptions {
        probation: Duration::ZERO,
        ..options(None, true)
    };
    let package = package("name = \"page\"");
    let third = house.deployer.deploy(package, without, Actor::CommandLine).await;
    assert_eq!(third.expect("a deployment").probation, None);
    assert_eq!(house.state().await, State::Running);
    let rolled_back = house.deployer.rollback("page", Some(2), Actor::CommandLine).await;
    assert_eq!(rolled_back.expect("a rollback").probation, None);
    assert_eq!(house.state().await, State::Running);
}

#[tokio::test]
async fn a_version_that_replaces_one_that_does_not_run_is_not_on_probation() {
    let (_folder, house) = House::new().await;
    house.deploy_versions(1..=1).await;
    house.runtime.running.lock().expect("no panic before").clear();
    let second = house.deploy_versions(2..=2).await.expect("a deployment");
    assert_eq!(second.probation, None, "nothing would work again");
}

#[tokio::test]
async fn a_failure_brings_the_version_before_back_with_one_entry() {
    let (folder, house) = House::new().await;
    house.deploy_versions(1..=2).await;
    house.fail(2).await;
    assert_eq!(house.running(), only("page", 1));
    let said = "5 of the last 5 failed; version 1 runs again";
    assert_eq!(house.audit().await, [("withdraw".to_owned(), 2, said.to_owned())]);
    let State::RolledBack(withdrawn) = house.state().await else {
        panic!("it was withdrawn");
    };
    assert_eq!((withdrawn.version, withdrawn.why.as_str()), (2, said));

    // Nothing is left to withdraw.
    house.fail(2).await;
    assert_eq!(house.audit().await.len(), 1);

    // A start finds the old version, and no probation.
    drop(house);
    let house = House::open(folder.path()).await;
    house.deployer.start().await.expect("a start");
    assert_eq!(house.running(), only("page", 1));
    // The next deployment replaces what runs, not what was withdrawn.
    let third = house.deploy_versions(3..=3).await.expect("a deployment");
    assert_eq!(third.probation.map(|probation| probation.fallback), Some(1));
    assert!(on_probation(&house.state().await));
}

#[tokio::test]
async fn whoever_changes_it_meanwhile_wins() {
    let (_folder, house) = House::new().await;
    house.deploy_versions(1..=3).await;
    house.fail(2).await;
    assert_eq!(house.running(), only("page", 3));
    house
        .deployer
        .rollback("page", Some(1), Actor::CommandLine)
        .await
        .expect("a rollback");
    house.fail(3).await;
    // Version 3 runs because somebody said so.
    let again = house.deployer.rollback("page", Some(3), Actor::CommandLine).await;
    again.expect("a rollback");
    house.fail(3).await;
    assert_eq!(house.running(), only("page", 3));
    house.deployer.remove("page", Actor::CommandLine).await.expect("gone");
    house.fail(3).await;
    assert_eq!((house.running(), house.audit().await), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn a_version_stays_where_the_one_before_cannot_come_back() {
    let (_folder, house) = House::new().await;
    house.deploy_versions(1..=2).await;
    house
        .deploy("name = \"other\"\nroutes = [\"/1\"]")
        .await
        .expect("the route is free");
    house.fail(2).await;
    assert_eq!(house.running(), [("other".to_owned(), 1), ("page".to_owned(), 2)]);
    let audit = house.audit().await;
    let [(action, 2, detail)] = &audit[..] else {
        panic!("{audit:?}");
    };
    assert_eq!(action, "keep");
    assert!(detail.contains("`other`") && detail.contains("/1"), "{detail}");
    assert_eq!(house.state().await, State::Running);
    house.fail(2).await;
    assert_eq!(house.audit().await.len(), 1);
}

#[tokio::test]
async fn nobody_waits_for_another_deployment() {
    let (_folder, house) = House::new().await;
    house.deploy_versions(1..=2).await;
    let _another = house.deployer.one_at_a_time.lock().await;
    house.fail(2).await;
    assert_eq!(house.running(), only("page", 1));
}

#[tokio::test]
async fn a_start_goes_on_watching_until_the_end() {
    let (folder, house) = House::new().await;
    house.deploy_versions(1..=2).await;
    drop(house);
    let house = House::open(folder.path()).await;
    house.deployer.start().await.expect("a start");
    let watched = house.runtime.watched.lock().expect("no panic before").clone();
    let lasts = watched.get("page").copied().flatten().expect("it is watched");
    assert!(lasts <= limits::PROBATION && lasts > limits::PROBATION / 2, "{lasts:?}");
    house.fail(2).await;
    assert_eq!(house.running(), only("page", 1));
}
