//! What is known of providers, as data: where they are, what to ask them for, and where their answers say who somebody is.
//!
//! An address counts only where the provider says that it is verified. Facebook, Yandex and X do not say so (or give none), so
//! their accounts have no address here.

/// A provider that needs no more than a client id and a secret, or a place for one that the operator brings.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    /// In URLs, in `_oauth_provider`, and in capitals in the name of the secret.
    pub name: &'static str,
    /// In `_user.provider_id`. Accounts are found by it: it never changes.
    pub id: i64,
    pub display_name: &'static str,
    pub urls: Option<Urls>,
    /// With blanks between them.
    pub scopes: &'static str,
    /// Added to where the browser is sent.
    pub extra: &'static [(&'static str, &'static str)],
    pub has_pkce: bool,
    pub authentication: Authentication,
    pub fields: Fields,
}

/// Where a provider is.
#[derive(Debug, PartialEq, Eq)]
pub struct Urls {
    pub authorization: &'static str,
    pub token: &'static str,
    /// Who somebody is, for an access token.
    pub user: Option<&'static str>,
    /// Its id_tokens; none where it has only access tokens.
    pub id_tokens: Option<IdTokens>,
}

/// Who signs id_tokens, and with which keys.
#[derive(Debug, PartialEq, Eq)]
pub struct IdTokens {
    /// `{tid}` stands for the claim of that name.
    pub issuer: &'static str,
    pub keys: &'static str,
}

/// How a client shows that it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    /// `client_id` and `client_secret` in the body.
    Body,
    /// In the field `authorization`.
    Basic,
    /// In the body, with a token instead of the secret, which is signed by the key that the secret holds.
    SignedByApple,
}

/// Where the answer stands in the claims or the user information: pointers into JSON (RFC 6901).
#[derive(Debug, PartialEq, Eq)]
pub struct Fields {
    pub id: &'static str,
    pub email: Email,
    /// A pointer, and the URL in which its value and the id stand for `{}` and `{id}`.
    pub avatar: Option<(&'static str, &'static str)>,
}

/// Where an address is, and how it is known to be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Email {
    /// None that is said to be verified.
    Never,
    /// Beside it stands whether it is.
    Said {
        email: &'static str,
        is_verified: &'static str,
    },
    /// Anybody's administrator may write any address; that of a personal account is verified, and others where `xms_edov` says so.
    Microsoft,
    /// In a list of its own, below the URL of the user.
    ListOfGithub,
}

const STANDARD: Fields = Fields {
    id: "/sub",
    email: Email::Said {
        email: "/email",
        is_verified: "/email_verified",
    },
    avatar: Some(("/picture", "{}")),
};

/// A place for any other provider.
const fn other(name: &'static str, id: i64) -> Known {
    Known {
        name,
        id,
        display_name: "OpenID Connect",
        urls: None,
        scopes: "openid email profile",
        extra: &[],
        has_pkce: true,
        authentication: Authentication::Basic,
        fields: STANDARD,
    }
}

pub static KNOWN: [Known; 14] = [
    other("oidc0", 2),
    other("oidc1", 3),
    other("oidc2", 4),
    other("oidc3", 5),
    Known {
        name: "apple",
        id: 9,
        display_name: "Apple",
        urls: Some(Urls {
            authorization: "https://appleid.apple.com/auth/authorize",
            token: "https://appleid.apple.com/auth/token",
            user: None,
            id_tokens: Some(IdTokens {
                issuer: "https://appleid.apple.com",
                keys: "https://appleid.apple.com/auth/keys",
            }),
        }),
        scopes: "openid email",
        // Apple insists on this where an address is asked for.
        extra: &[("response_mode", "form_post")],
        has_pkce: false,
        authentication: Authentication::SignedByApple,
        fields: Fields {
            avatar: None,
            ..STANDARD
        },
    },
    Known {
        name: "discord",
        id: 10,
        display_name: "Discord",
        urls: Some(Urls {
            authorization: "https://discord.com/oauth2/authorize",
            token: "https://discord.com/api/oauth2/token",
            user: Some("https://discord.com/api/users/@me"),
            id_tokens: None,
        }),
        scopes: "identify email",
        extra: &[],
        has_pkce: true,
        authentication: Authentication::Body,
        fields: Fields {
            id: "/id",
            email: Email::Said {
                email: "/email",
                is_verified: "/verified",
            },
            avatar: Some(("/avatar", "https://cdn.discordapp.com/avatars/{id}/{}.png")),
        },
    },
    Known {
        name: "facebook",
        id: 13,
        display_name: "Facebook",
        urls: Some(Urls {
            authorization: "https://www.facebook.com/v23.0/dialog/oauth",
            token: "https://graph.facebook.com/v23.0/oauth/access_token",
            user: Some("https://graph.facebook.com/v23.0/me?fields=id,picture.type(large)"),
            id_tokens: None,
        }),
        scopes: "public_profile",
        extra: &[],
        has_pkce: true,
        authentication: Authentication::Body,
        fields: Fields {
            id: "/id",
            email: Email::Never,
            avatar: Some(("/picture/data/url", "{}")),
        },
    },
    Known {
        name: "github",
        id: 17,
        display_name: "GitHub",
        urls: Some(Urls {
            authorization: "https://github.com/login/oauth/authorize",
            token: "https://github.com/login/oauth/access_token",
            user: Some("https://api.github.com/user"),
            id_tokens: None,
        }),
        scopes: "read:user user:email",
        extra: &[],
        has_pkce: true,
        authentication: Authentication::Body,
        fields: Fields {
            id: "/id",
            email: Email::ListOfGithub,
            avatar: Some(("/avatar_url", "{}")),
        },
    },
    Known {
        name: "gitlab",
        id: 11,
        display_name: "GitLab",
        urls: Some(Urls {
            authorization: "https://gitlab.com/oauth/authorize",
            token: "https://gitlab.com/oauth/token",
            user: Some("https://gitlab.com/oauth/userinfo"),
            id_tokens: Some(IdTokens {
                issuer: "https://gitlab.com",
                keys: "https://gitlab.com/oauth/discovery/keys",
            }),
        }),
        scopes: "openid email profile",
        extra: &[],
        has_pkce: true,
        authentication: Authentication::Body,
        fields: STANDARD,
    },
    Known {
        name: "google",
        id: 12,
        display_name: "Google",
        urls: Some(Urls {
            authorization: "https://accounts.google.com/o/oauth2/v2/auth",
            token: "https://oauth2.googleapis.com/token",
            user: None,
            id_tokens: Some(IdTokens {
                issuer: "https://accounts.google.com",
                keys: "https://www.googleapis.com/oauth2/v3/certs",
            }),
        }),
        scopes: "openid email profile",
        extra: &[],
        has_pkce: true,
        authentication: Authentication::Body,
        fields: STANDARD,
    },
    Known {
        name: "microsoft",
        id: 14,
        display_name: "Microsoft",
        urls: Some(Urls {
            authorization: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
            token: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
            user: None,
            id_tokens: Some(IdTokens {
                issuer: "https://login.microsoftonline.com/{tid}/v2.0",
                keys: "https://login.microsoftonline.com/common/discovery/v2.0/keys",
            }),
        }),
        scopes: "openid email profile",
        extra: &[],
        has_pkce: true,
        authentication: Authentication::Body,
        fields: Fields {
            id: "/sub",
            email: Email::Microsoft,
            avatar: None,
        },
    },
    Known {
        name: "twitch",
        id: 15,
        display_name: "Twitch",
        urls: Some(Urls {
            authorization: "https://id.twitch.tv/oauth2/authorize",
            token: "https://id.twitch.tv/oauth2/token",
            user: None,
            id_tokens: Some(IdTokens {
                issuer: "https://id.twitch.tv/oauth2",
                keys: "https://id.twitch.tv/oauth2/keys",
            }),
        }),
        scopes: "openid user:read:email",
        // Its id_tokens hold only what they are asked for.
        extra: &[(
            "claims",
            r#"{"id_token":{"email":null,"email_verified":null,"picture":null}}"#,
        )],
        has_pkce: false,
        authentication: Authentication::Body,
        fields: STANDARD,
    },
    Known {
        name: "x",
        id: 18,
        display_name: "X",
        urls: Some(Urls {
            authorization: "https://x.com/i/oauth2/authorize",
            token: "https://api.x.com/2/oauth2/token",
            user: Some("https://api.x.com/2/users/me?user.fields=profile_image_url"),
            id_tokens: None,
        }),
        // It refuses to say who somebody is without the first.
        scopes: "tweet.read users.read",
        extra: &[],
        has_pkce: true,
        authentication: Authentication::Basic,
        fields: Fields {
            id: "/data/id",
            email: Email::Never,
            avatar: Some(("/data/profile_image_url", "{}")),
        },
    },
    Known {
        name: "yandex",
        id: 16,
        display_name: "Yandex",
        urls: Some(Urls {
            authorization: "https://oauth.yandex.com/authorize",
            token: "https://oauth.yandex.com/token",
            user: Some("https://login.yandex.ru/info?format=json"),
            id_tokens: None,
        }),
        scopes: "login:info login:avatar",
        extra: &[],
        has_pkce: true,
        authentication: Authentication::Body,
        fields: Fields {
            id: "/id",
            email: Email::Never,
            avatar: Some((
                "/default_avatar_id",
                "https://avatars.yandex.net/get-yapic/{}/islands-200",
            )),
        },
    },
];

/// The provider with this name.
pub fn by_name(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_providers_share_a_name_or_an_id() {
        let names: HashSet<_> = KNOWN.iter().map(|known| known.name).collect();
        let ids: HashSet<_> = KNOWN.iter().map(|known| known.id).collect();
        assert_eq!((names.len(), ids.len()), (KNOWN.len(), KNOWN.len()));
        assert!(!ids.contains(&0), "0 is here");
    }

    /// The migration, the manifest's secrets and its servers speak of the same providers.
    #[test]
    fn whatever_is_known_is_allowed_and_granted() {
        let migration = include_str!("../../migrations/main/U5__oauth.sql");
        let manifest = include_str!("../../component.toml");
        for known in &KNOWN {
            assert!(migration.contains(&format!("'{}'", known.name)), "{}", known.name);
            let secret = format!("\"OAUTH_{}_CLIENT_SECRET\"", known.name.to_uppercase());
            assert!(manifest.contains(&secret), "{secret}");
            let Some(urls) = &known.urls else { continue };
            let keys = urls.id_tokens.as_ref().map(|id_tokens| id_tokens.keys);
            for url in [Some(urls.token), urls.user, keys].into_iter().flatten() {
                let host = url.split('/').nth(2).unwrap();
                assert!(manifest.contains(&format!("\"https://{host}\"")), "{url}");
            }
            assert!(urls.user.is_some() || urls.id_tokens.is_some(), "{}", known.name);
        }
    }
}
