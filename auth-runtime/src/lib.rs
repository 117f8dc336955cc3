#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(not(any(feature = "aws_lc_rs", feature = "rust_crypto")))]
compile_error!(
    "enable the feature `aws_lc_rs` (the default) or `rust_crypto`: one of them has to verify signatures"
);

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod arguments;
mod authenticate;
mod authorize;
mod authorizer;
mod challenge;
mod config;
mod credential;
mod decision;
mod extract;
mod jwt;
mod principal;
mod requirement;
mod statement;

pub use auth_macros::{public, require, require_auth, require_role, require_scope};

pub use crate::{
    authenticate::{Authenticate, Authentication, Scheme},
    authorizer::{Authorizer, AuthorizerBuilder},
    challenge::Denied,
    config::ConfigError,
    credential::Credential,
    decision::{Decision, Denial, InvalidCredential, MalformedCredential},
    extract::Claims,
    jwt::{Algorithm, Jwt, JwtBuilder, Key},
    principal::{ClaimsError, Principal, PrincipalBuilder},
    requirement::{Requirement, Role, Scope},
    statement::{Hide, Statement},
};
