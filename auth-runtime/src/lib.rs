#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(not(any(feature = "aws_lc_rs", feature = "rust_crypto")))]
compile_error!(
    "enable the feature `aws_lc_rs` (the default) or `rust_crypto`: one of them has to verify signatures"
);

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod answer;
mod app;
mod authorizer;
mod config;
mod credential;
mod handler;
mod policy;
mod schemes;
#[cfg(feature = "testing")]
mod testing;

pub use auth_macros::{Roles, Scopes, public, require, require_auth, require_role, require_scope};

#[cfg(feature = "oidc")]
pub use crate::schemes::{
    introspection::{Introspection, IntrospectionBuilder},
    jwt::{KeyHealth, RemoteKeys},
};
#[cfg(feature = "testing")]
pub use crate::testing::{Parity, TestIssuer, TestServer, TestToken, Timing, assert_hidden};
pub use crate::{
    answer::{body::DenialBody, challenge::Denied, not_found::NotFound},
    app::{
        api::{Api, Routes},
        endpoints::{Endpoint, Endpoints},
        gate::Gate,
        group::Group,
        require::Require,
    },
    authorizer::{
        Authorizer, AuthorizerBuilder,
        cache::TokenCache,
        revocation::{RevocationList, Revocations, VerifiedToken},
    },
    config::ConfigError,
    credential::{
        authenticate::{Authenticate, Authentication, Scheme},
        presented::Credential,
    },
    handler::{
        access::Access,
        caller::Claims,
        resource::{Action, Lookup, Read, Resource},
    },
    policy::{
        decision::{Decision, Denial, InvalidCredential, MalformedCredential},
        names::{Role, Scope},
        principal::{ClaimsError, Principal, PrincipalBuilder},
        requirement::Requirement,
        statement::{Hide, Statement},
    },
    schemes::jwt::{Algorithm, Issuers, Jwt, JwtBuilder, Key},
};
