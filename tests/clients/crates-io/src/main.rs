//! Runs a scenario of the published client against the server under test: its first argument names which.

mod access;
mod accounts;
mod errors;
mod expand;
mod filters;
mod lists;
mod rows;
mod subscriptions;
mod support;
mod transactions;
mod views;

fn main() {
    let scenario = std::env::args().nth(1).unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("an event loop can be made");
    runtime.block_on(async {
        match scenario.as_str() {
            "access" => access::run().await,
            "accounts" => accounts::run().await,
            "errors" => errors::run().await,
            "expand" => expand::run().await,
            "filters" => filters::run().await,
            "lists" => lists::run().await,
            "rows" => rows::run().await,
            "subscriptions" => subscriptions::run().await,
            "transactions" => transactions::run().await,
            "views" => views::run().await,
            other => panic!("there is no scenario {other:?}"),
        }
    });
}
