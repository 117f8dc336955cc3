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
    answer::{body::DenialBody, denied::Denied},
    app::{
        api::{Api, Routes},
        endpoints::{AccessedResource, Endpoint, Endpoints, GroupTerms},
        gate::Gate,
        group::Group,
        group_requirement::GroupRequirement,
    },
    authorizer::{
        Authorizer, AuthorizerBuilder,
        revocation::{RevocationList, Revocations, VerifiedToken},
        token_cache::TokenCache,
    },
    config::ConfigError,
    credential::{
        authenticate::{Authenticate, Authentication, IntoAuthenticate},
        presented::{Credential, Head},
        scheme::Scheme,
    },
    handler::{
        access::Access,
        extract::Claims,
        not_found::NotFound,
        resource::{Action, Lookup, Read, Resource},
    },
    policy::{
        credential_error::{InvalidCredential, MalformedCredential},
        decision::{Decision, Denial},
        names::{Role, Scope},
        principal::{ClaimsError, Principal, PrincipalBuilder},
        requirement::Requirement,
        statement::{Hide, Statement},
    },
    schemes::jwt::{Algorithm, Issuers, Jwt, JwtBuilder, Key},
};
