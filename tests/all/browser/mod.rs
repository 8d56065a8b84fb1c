//! What people do in a browser: `clients/browser` has a scenario for each test.

mod pages;
mod passkeys;
mod sign_in;
