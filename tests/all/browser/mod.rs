//! What people do in a browser: `clients/browser` has a scenario for each test.

mod chat;
mod pages;
mod passkeys;
mod sign_in;
