//! The built-in `auth`: accounts, and who is calling.
//!
//! `/api/auth/v1/...` is answered by one file per resource in `routes/`; each parses, authorizes, does and presents, in this
//! order. `/_/auth/...` are the pages in `pages/`, one file each. `guesthouse user ...` and `guesthouse auth ...` are in `command/`.

pub mod account;
pub mod addresses;
pub mod attempts;
pub mod avatar;
pub mod body;
pub mod caller;
pub mod codes;
pub mod command;
pub mod cookies;
pub mod credentials;
pub mod database;
pub mod error;
pub mod even_time;
pub mod form_errors;
pub mod head;
pub mod identifier;
pub mod identity;
pub mod keys;
pub mod limits;
pub mod mail;
pub mod oauth;
pub mod origin;
pub mod outcome;
pub mod pages;
pub mod passkeys;
pub mod password;
pub mod qr_code;
pub mod random;
pub mod redirect;
pub mod registration;
pub mod removal;
pub mod revocation;
pub mod routes;
pub mod sessions;
pub mod settings;
pub mod sign_in;
pub mod tokens;
pub mod totp;
pub mod user_identifier;
pub mod verification;

use command::run;
use identity::identify;
use revocation::revoked;
use routes::handle;

guesthouse::serve!(handle);
guesthouse::commands!(run);
guesthouse::provide_identity!(identify);
guesthouse::provide_revocation!(revoked);
