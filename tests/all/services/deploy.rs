//! What deploying refuses about services, and what it says.

use guesthouse_tests::{Server, guests};

const USES_IDENTITY: &str = "use = [\"guesthouse:identity/authenticator\"]\n";

#[test]
fn what_a_manifest_does_not_ask_for_is_neither_used_nor_provided() {
    let server = Server::start();
    let without = |guest: &str| guests::manifest(guest).replace("[grants.services]\n", "");
    let manifest = without("shop").replace("use = [\"acme:shop/prices\"]\n", "");
    server.try_deploy_as("shop", &manifest).expect_failure(&[
        "imports acme:shop/prices@1.0.0",
        "use = [\"acme:shop/prices\"]",
        "[grants.services]",
    ]);
    let manifest = without("prices").replace("provide = [\"acme:shop/prices\"]\n", "");
    server
        .try_deploy_as("prices", &manifest)
        .expect_failure(&["exports acme:shop/prices@1.0.1", "provide = [\"acme:shop/prices\"]"]);
}

#[test]
fn what_a_component_does_not_export_it_cannot_provide() {
    let server = Server::start();
    let manifest = "name = \"hello\"\nroutes = [\"/hello\"]\n[grants.services]\nprovide = [\"acme:shop/prices\"]\n";
    server
        .try_deploy_as("hello", manifest)
        .expect_failure(&["acme:shop/prices", "does not export"]);
}

#[test]
fn every_mistake_in_the_names_of_services_is_told() {
    let server = Server::start();
    let names = [
        "prices",
        "acme:shop/prices@1.0.0",
        "wasi:http/types",
        &format!("a:b/{}", "c".repeat(300)),
    ];
    let manifest = format!("name = \"hello\"\n[grants.services]\nuse = {names:?}\n");
    server.try_deploy_as("hello", &manifest).expect_failure(&[
        "grants.services.use[0]",
        "package:name/interface",
        "grants.services.use[1]",
        "leave the version out",
        "grants.services.use[2]",
        "grants.services.use[3]",
    ]);
}

#[test]
fn both_sides_of_a_service_must_be_accepted() {
    let server = Server::start();
    for (guest, said) in [
        ("prices", "services: provide acme:shop/prices"),
        ("shop", "services: use acme:shop/prices"),
    ] {
        let refused = server.cli(&[
            "deploy",
            &guests::component(guest).to_string_lossy(),
            "--manifest",
            &guests::manifest_path(guest).to_string_lossy(),
        ]);
        refused.expect_failure(&[said, "--accept-grants"]);
    }
}

#[test]
fn a_second_provider_is_refused_and_may_take_the_name_of_the_first() {
    let server = Server::start();
    server.deploy("prices");
    let second = guests::manifest("prices").replace("name = \"prices\"", "name = \"dearer\"");
    server.try_deploy_as("prices", &second).expect_failure(&[
        "provided by `prices` already",
        "--name prices",
        "components remove prices",
    ]);
    server.cli(&["components", "remove", "prices"]).expect_success();
    server.deploy_as("prices", &second);
}

#[test]
fn a_provider_whose_types_do_not_fit_is_refused_and_names_the_consumer() {
    let server = Server::start();
    server.deploy("prices");
    server.deploy("shop");
    let manifest = guests::manifest("prices-as-text").replace("name = \"prices-as-text\"", "name = \"prices\"");
    server
        .try_deploy_as("prices-as-text", &manifest)
        .expect_failure(&["`shop`", "`quote`", "other types"]);
    server.get("/shop?lamp").expect_status(200);
}

const HELLO_AS_PRICES: &str = "name = \"prices\"\nroutes = [\"/prices\"]\n";

#[test]
fn a_replacement_without_a_service_that_others_use_is_refused_and_names_them() {
    let server = Server::start();
    server.deploy("prices");
    server.deploy("shop");
    let second = guests::manifest("shop").replace("name = \"shop\"", "name = \"stall\"");
    server.deploy_as("shop", &second.replace("\"/shop", "\"/stall"));
    let said = ["`prices`", "acme:shop/prices", "`shop`, `stall`", "components remove"];
    server.try_deploy_as("hello", HELLO_AS_PRICES).expect_failure(&said);
    let hello = guests::folder_with_manifest("name = \"hello\"\nroutes = [\"/hello\"]\n");
    let (wasm, manifest) = (guests::component("hello"), hello.path().join("component.toml"));
    let under_its_name = server.cli(&[
        "deploy",
        &wasm.to_string_lossy(),
        "--manifest",
        &manifest.to_string_lossy(),
        "--name",
        "prices",
    ]);
    under_its_name.expect_failure(&said);
    server.get("/shop?lamp").expect_status(200);
    server.cli(&["components", "remove", "shop"]).expect_success();
    server
        .try_deploy_as("hello", HELLO_AS_PRICES)
        .expect_failure(&["`stall` uses"]);
    server.cli(&["components", "remove", "stall"]).expect_success();
    server.deploy_as("hello", HELLO_AS_PRICES);
    server.get("/prices").expect(200, "hello, world\n");
}

#[test]
fn a_provider_may_be_removed_and_then_replaced_by_what_lacks_its_service() {
    let server = Server::start();
    server.deploy("prices");
    server.deploy("shop");
    server.cli(&["components", "remove", "prices"]).expect_success();
    server.deploy_as("hello", HELLO_AS_PRICES);
}

#[test]
fn a_rollback_to_a_version_without_the_service_is_refused_while_others_use_it() {
    let mut server = Server::start();
    server.deploy_as("hello", HELLO_AS_PRICES);
    server.deploy("prices");
    server.deploy("shop");
    let back = ["components", "rollback", "prices"];
    server.cli(&back).expect_failure(&["acme:shop/prices", "`shop`"]);
    server.stop();
    server.cli(&back).expect_failure(&["acme:shop/prices", "`shop`"]);
    server.start_again();
    server.get("/shop?lamp").expect_status(200);
    server.cli(&["components", "remove", "shop"]).expect_success();
    server.cli(&back).expect_success();
    server.get("/prices").expect(200, "hello, world\n");
}

#[test]
fn a_built_in_that_others_use_is_switched_off_all_the_same_and_its_replacement_too() {
    let server = Server::start();
    let hello = "name = \"auth\"\nroutes = [\"/hello\"]\n";
    let refused = server.try_deploy_as("hello", hello);
    refused.expect_failure(&["guesthouse:identity/authenticator", "`records`"]);
    server.deploy_in_place_of("auth", "api-keys");
    server.cli(&["components", "remove", "auth"]).expect_success();
    server.cli(&["components", "remove", "auth"]).expect_success();
    server.deploy_as("hello", hello);
    // What comes back lacks nothing that the component in its place provided.
    server.cli(&["components", "remove", "auth"]).expect_success();
}

#[test]
fn a_consumer_that_its_provider_does_not_fit_is_refused_and_names_the_provider() {
    let server = Server::start();
    server.deploy("prices-as-text");
    let refused = server.deploy_from(&guests::component("shop"), &guests::manifest_path("shop"));
    refused.expect_failure(&["`prices-as-text`", "`quote`", "other types"]);
}

#[test]
fn the_same_is_refused_while_no_server_runs() {
    let mut server = Server::start();
    server.deploy("prices-as-text");
    server.stop();
    let refused = server.deploy_from(&guests::component("shop"), &guests::manifest_path("shop"));
    refused.expect_failure(&["`prices-as-text`", "other types"]);
    let refused = server.deploy_from(&guests::component("prices"), &guests::manifest_path("prices"));
    refused.expect_failure(&["provided by `prices-as-text` already"]);
}

#[test]
fn services_that_lead_in_a_circle_are_refused() {
    let server = Server::start();
    let keys = guests::manifest("api-keys").replace(
        "[grants.services]\n",
        "[grants.services]\nuse = [\"acme:shop/prices\"]\n",
    );
    server.remove_accounts();
    server.deploy_as("api-keys", &keys);
    let prices =
        guests::manifest("prices").replace("[grants.services]\n", &format!("[grants.services]\n{USES_IDENTITY}"));
    server
        .try_deploy_as("prices", &prices)
        .expect_failure(&["prices -> api-keys -> prices"]);
}

#[test]
fn an_interface_that_cannot_say_that_nobody_answered_is_no_service() {
    let server = Server::start();
    let refused = server.deploy_from(&guests::component("blunt"), &guests::manifest_path("blunt"));
    refused.expect_failure(&["`stock`", "unavailable"]);
}

#[test]
fn a_component_that_answers_no_requests_has_no_routes() {
    let server = Server::start();
    let manifest = format!("routes = [\"/prices\"]\n{}", guests::manifest("prices"));
    server
        .try_deploy_as("prices", &manifest)
        .expect_failure(&["wasi:http/handler"]);
}
