//! A service that somebody made up: the server knows nothing of it.

use guesthouse_tests::Server;

const OFFER: &str = r#"Offer { name: "lamp", cents: 4, unit: Unit::Metre, marks: Mark(NEW | REDUCED), notes: [("note", Some(0.5)), ("empty", None)] }"#;

#[test]
fn where_nobody_provides_a_service_its_consumer_is_told() {
    let server = Server::start();
    server.deploy("shop");
    server.get("/shop?lamp").expect(503, "nobody answers");
    server.get("/shop/total?a,bc").expect(503, "nobody answers");
    server.get("/shop/fine").expect(200, "still here");
}

#[test]
fn a_provider_is_found_whichever_came_first() {
    for order in [["shop", "prices"], ["prices", "shop"]] {
        let server = Server::start();
        for guest in order {
            server.deploy(guest);
        }
        server.get("/shop?lamp").expect(200, OFFER);
    }
}

#[test]
fn values_of_every_kind_and_errors_of_the_service_arrive() {
    let server = Server::start();
    server.deploy("prices");
    server.deploy("shop");
    server.get("/shop?lamp").expect(200, OFFER);
    server.get("/shop?nothing").expect(404, "nothing");
    // A function that is not asynchronous.
    server.get("/shop/total?a,bc").expect(200, "3");
}

#[test]
fn instances_of_a_provider_are_used_again_as_its_manifest_says() {
    let server = Server::start();
    server.deploy("prices");
    server.deploy("shop");
    let counts: Vec<u64> = (0..40).map(|_| count(&server)).collect();
    // One line of instances for each core.
    assert!(counts.iter().any(|count| *count > 5), "{counts:?}");
    let fresh =
        guesthouse_tests::guests::manifest("prices").replace("[reuse]\nmax_requests = 0\nmax_concurrent = 16\n", "");
    server.deploy_as("prices", &fresh);
    let counts: Vec<u64> = (0..10).map(|_| count(&server)).collect();
    assert_eq!(counts, [1; 10]);
    let few = guesthouse_tests::guests::manifest("prices").replace("max_requests = 0", "max_requests = 3");
    server.deploy_as("prices", &few);
    let counts: Vec<u64> = (0..40).map(|_| count(&server)).collect();
    assert!(
        counts.contains(&3) && counts.iter().all(|count| *count <= 3),
        "{counts:?}"
    );
}

fn count(server: &Server) -> u64 {
    let text = server.get("/shop?count").expect_status(200).text();
    let digits = text.split("cents: ").nth(1).and_then(|rest| rest.split(',').next());
    digits.and_then(|digits| digits.parse().ok()).expect("a count")
}

#[test]
fn a_restart_finds_providers_and_consumers_again() {
    let mut server = Server::start();
    server.deploy("shop");
    server.deploy("prices");
    server.restart();
    server.get("/shop?lamp").expect(200, OFFER);
    server.get("/api/healthcheck").expect_status(200);
}

#[test]
fn the_details_say_what_a_component_provides_and_uses() {
    let server = Server::start();
    server.deploy("prices");
    server.deploy("shop");
    for (name, said) in [
        ("prices", "services: provide acme:shop/prices"),
        ("shop", "services: use acme:shop/prices"),
    ] {
        let details = server.cli(&["components", "show", name]).expect_success().stdout;
        assert!(details.contains(said), "{details}");
    }
}
