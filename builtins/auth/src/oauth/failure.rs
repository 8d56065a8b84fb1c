//! Why somebody could not sign in by a provider.
//!
//! The text is for whoever tried; what only the operator can mend is in `why`, which goes to the log. Neither ever holds a token, a
//! code or an address.

/// What went wrong. `provider` is what people call it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("there is no such provider")]
    UnknownProvider,
    #[error(
        "this sign-in was not begun in this browser, was finished already, or took longer than five minutes: begin again"
    )]
    InvalidState,
    #[error("redirect_uri and mfa_redirect_uri are too long together")]
    TooLong,
    #[error("{provider} did not let you sign in{}", .code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default())]
    Refused { provider: String, code: Option<String> },
    #[error("{provider} gave no e-mail address: allow it there to give yours, and sign in again")]
    NoEmail { provider: String },
    #[error("your e-mail address is not verified at {provider}: verify it there, and sign in again")]
    UnverifiedEmail { provider: String },
    #[error("the account with your e-mail address belongs to somebody else at {provider}: sign in as you did before")]
    OtherIdentity { provider: String },
    #[error("the e-mail address of your account is not verified yet: use the link that was sent to you")]
    Pending,
    #[error("nobody can register here, and there is no account with your e-mail address")]
    RegistrationOff,
    #[error("{provider} does not answer as it should: try again later")]
    Provider { provider: String, why: String },
    #[error("signing in by {provider} is not set up completely")]
    SetUp { provider: String, why: String },
}

impl Failure {
    pub fn status(&self) -> u16 {
        match self {
            Self::UnknownProvider => 405,
            Self::Provider { .. } => 502,
            Self::SetUp { .. } => 500,
            _ => 400,
        }
    }

    /// What the operator should know.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Provider { provider, why } | Self::SetUp { provider, why } => {
                Some(format!("signing in by {provider} failed: {why}"))
            }
            _ => None,
        }
    }
}
