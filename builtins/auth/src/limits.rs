//! Every limit of accounts, with its reason. Those of SQL results, time and memory are the host's.

use std::time::Duration;

/// Longest body of a request: a form of a few short fields.
pub const BODY_BYTES_MAX: u64 = 64 * 1024;

/// Largest picture of somebody: they are shown small.
pub const AVATAR_BYTES_MAX: u64 = 512 * 1024;

/// Most pixels of such a picture in each direction: what shows it has to hold all of them.
pub const AVATAR_PIXELS_MAX: usize = 4096;

/// What a form has around the picture in it.
pub const AVATAR_FORM_BYTES_MAX: u64 = 4 * 1024;

/// Most parts of a form.
pub const FORM_PARTS_MAX: usize = 32;

/// Longest header field or cookie that is looked at: tokens are a few hundred bytes.
pub const CREDENTIAL_BYTES_MAX: usize = 8 * 1024;

/// Longest address that mail can be sent to.
pub const EMAIL_BYTES_MAX: usize = 254;

/// Lengths of user names, in letters.
pub const USERNAME_LENGTHS: std::ops::RangeInclusive<usize> = 3..=32;

/// Longest password, in characters: nobody types more, and hashing must not be given work.
pub const PASSWORD_CHARACTERS_MAX: usize = 128;

/// Longest place to send somebody to.
pub const REDIRECT_BYTES_MAX: usize = 2048;

/// Sessions of one account at once. The oldest one ends for the next.
pub const SESSIONS_MAX: u32 = 100;

/// What is kept of a client's name for itself: enough to tell one's own browsers apart.
pub const USER_AGENT_CHARACTERS_MAX: usize = 256;

/// Wrong passwords or codes of one account within `ATTEMPT_WINDOW_SEC` before no more are looked at.
pub const ATTEMPTS_MAX: i64 = 3;

/// For how long wrong attempts count.
pub const ATTEMPT_WINDOW_SEC: i64 = 60;

/// How long an address takes to be allowed one more request. How many it may send at once is a setting.
pub const ADDRESS_REFILL_MS: i64 = 1000;

/// How long an authorization code waits to be exchanged.
pub const AUTHORIZATION_CODE_SEC: i64 = 5 * 60;

/// How long a first factor waits for the second.
pub const MFA_SEC: i64 = 2 * 60;

/// How long the page that sets up a second factor shows the same secret: enough to find an app and install it.
pub const TOTP_SETUP_SEC: i64 = 15 * 60;

/// Longest text that a page says to somebody on behalf of what sent them: the longest of ours is half of it.
pub const ALERT_BYTES_MAX: usize = 256;

/// Tokens that an instance remembers to have verified. Beyond it all are forgotten and verified again.
pub const VERIFIED_TOKENS_MAX: usize = 4096;

/// How long what was looked up about a session is gone by, here and by those who ask: a session that ended is refused after that.
pub const SESSION_KEPT: Duration = Duration::from_secs(1);

/// How long ago somebody may have signed in to do what outlasts the session, such as adding a passkey.
pub const RECENT_SIGN_IN_SEC: i64 = 10 * 60;

/// Passkeys of one account: more than anybody has authenticators. A browser is told of all of them.
pub const PASSKEYS_MAX: u32 = 20;

/// Longest name of a passkey.
pub const PASSKEY_NAME_CHARACTERS_MAX: usize = 64;

/// How long an authenticator has to answer: people look for it first.
pub const PASSKEY_CHALLENGE_SEC: i64 = 5 * 60;

/// Challenges that wait for an answer, of everybody together: a few hundred bytes each.
pub const PASSKEY_CHALLENGES_MAX: i64 = 10_000;

/// Callers that others ask about at once: what the contract demands at least, and a fraction of a millisecond to look up.
pub const REVOCATION_HOLDERS_MAX: usize = 500;
/// All credentials of a request that somebody asks about: both cookies have less than a kilobyte, and others may be beside them.
pub const IDENTITY_BYTES_MAX: usize = 16 * 1024;

/// How long somebody has to show that an address is theirs: until they have read their mail.
pub const VERIFICATION_SEC: i64 = 24 * 60 * 60;

/// How long a code lasts that opens more than that, such as one for a new password. Mail may take a while.
pub const MAILED_CODE_SEC: i64 = 60 * 60;

/// How long a password for one use lasts: it is short, and typed at once.
pub const OTP_SEC: i64 = 5 * 60;

/// How often anybody may ask for mail to one address or account: so many times within so many seconds. What is sent is of no use to whoever
/// asks for somebody else, but a nuisance to them.
pub const VERIFICATION_MAILS: (i64, i64) = (1, 4 * 60 * 60);
pub const RESET_MAILS: (i64, i64) = (1, 60 * 60);
pub const OTP_MAILS: (i64, i64) = (1, 5 * 60);
pub const CHANGE_MAILS: (i64, i64) = (3, 60 * 60);
pub const REGISTRATIONS: (i64, i64) = (5, 60 * 60);

/// How long somebody who registered has before they are forgotten, unless they show that their address is theirs.
pub const REGISTRATION_KEPT_SEC: i64 = 7 * 24 * 60 * 60;

/// Rows that have expired and are swept by the way: more than the one that is written, so that they become fewer.
pub const SWEPT_MAX: i64 = 100;

/// Accounts that are swept by the way: deleting one may touch other tables.
pub const REGISTRATIONS_SWEPT_MAX: i64 = 10;

/// How long an answer takes that must not tell whether there is an account: longer than giving out a code and sending it.
pub const EVEN_TIME: Duration = Duration::from_millis(100);

/// Steps that a template of mail may take: thousands of times what a letter needs.
pub const TEMPLATE_FUEL: u64 = 100_000;

/// How long somebody may be at a provider of OAuth before they come back.
pub const OAUTH_STATE_SEC: i64 = 5 * 60;

/// Largest cookie that browsers keep, name and value together.
pub const COOKIE_BYTES_MAX: usize = 4096;

/// Longest answer of a provider: sets of keys are the largest, with some kilobytes.
pub const PROVIDER_ANSWER_BYTES_MAX: usize = 256 * 1024;

/// How long all requests to a provider for one sign-in may take: less than the host gives a request, whose end would end others too.
pub const PROVIDER_TIMEOUT: Duration = Duration::from_secs(10);

/// How long what a provider says of itself is kept: its keys change by the day at most, and an unknown one is asked for at once.
pub const PROVIDER_DOCUMENT_KEPT: Duration = Duration::from_secs(60 * 60);

/// How many such documents are kept: two for each provider that there can be, with some room for rows that change.
pub const PROVIDER_DOCUMENTS_MAX: usize = 32;

/// Longest id of somebody at a provider: OpenID Connect knows no longer ones.
pub const PROVIDER_USER_ID_BYTES_MAX: usize = 255;

/// Longest authorization code of a provider, id_token and access token: some are whole tokens.
pub const PROVIDER_TOKEN_BYTES_MAX: usize = 16 * 1024;

/// How far a provider's clock may be from ours.
pub const CLOCK_SKEW_SEC: u64 = 60;
