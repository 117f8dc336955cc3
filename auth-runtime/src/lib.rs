#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(not(any(feature = "aws_lc_rs", feature = "rust_crypto")))]
compile_error!(
    "enable the feature `aws_lc_rs` (the default) or `rust_crypto`: one of them has to verify signatures"
);

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod access;
mod api;
mod arguments;
mod authenticate;
mod authorize;
mod authorizer;
mod cache;
mod challenge;
mod claims;
mod clock;
mod config;
mod credential;
mod decision;
mod denial_body;
mod endpoints;
mod extract;
mod gate;
mod group;
#[cfg(feature = "oidc")]
mod introspection;
mod json;
mod jwt;
mod names;
mod not_found;
mod policy;
mod principal;
#[cfg(feature = "oidc")]
mod provider;
mod recorder;
mod require;
mod requirement;
mod resource;
mod revocation;
mod statement;
#[cfg(feature = "testing")]
mod testing;
mod verified;

pub use auth_macros::{Roles, Scopes, public, require, require_auth, require_role, require_scope};

#[cfg(feature = "testing")]
pub use crate::testing::{Parity, TestIssuer, TestServer, TestToken, Timing, assert_hidden};
pub use crate::{
    access::Access,
    api::{Api, Routes},
    authenticate::{Authenticate, Authentication, Scheme},
    authorizer::{Authorizer, AuthorizerBuilder},
    cache::TokenCache,
    challenge::Denied,
    config::ConfigError,
    credential::Credential,
    decision::{Decision, Denial, InvalidCredential, MalformedCredential},
    denial_body::DenialBody,
    endpoints::{Endpoint, Endpoints},
    extract::Claims,
    gate::Gate,
    group::Group,
    jwt::{Algorithm, Issuers, Jwt, JwtBuilder, Key},
    names::{Role, Scope},
    not_found::NotFound,
    principal::{ClaimsError, Principal, PrincipalBuilder},
    require::Require,
    requirement::Requirement,
    resource::{Action, Lookup, Read, Resource},
    revocation::{RevocationList, Revocations, VerifiedToken},
    statement::{Hide, Statement},
};
#[cfg(feature = "oidc")]
pub use crate::{
    introspection::{Introspection, IntrospectionBuilder},
    jwt::{KeyHealth, RemoteKeys},
};
