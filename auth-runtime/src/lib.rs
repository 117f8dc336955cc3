#![cfg_attr(not(doctest), doc = include_str!("links.md"))]
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(not(any(feature = "aws_lc_rs", feature = "rust_crypto")))]
compile_error!(
    "enable the feature `aws_lc_rs` (the default) or `rust_crypto`: one of them has to verify signatures"
);

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
// The guide is there for rustdoc alone, which shows it and runs its examples.
#[cfg(any(doc, doctest))]
#[path = "guide.rs"]
pub mod _guide;
mod answer;
mod app;
mod authorizer;
mod config;
mod credential;
mod handler;
mod policy;
mod schemes;
#[cfg(feature = "testing")]
pub mod testing;

pub use auth_macros::{Roles, Scopes, public, require, require_auth, require_role, require_scope};

#[cfg(feature = "testing")]
pub use crate::testing::{TestIssuer, TestServer, TestToken};
pub use crate::{
    answer::{denied::Denied, errors::NotFound},
    app::{
        api::{Api, Routes},
        group::Group,
    },
    authorizer::Authorizer,
    config::ConfigError,
    credential::{head::Credential, refusal::Refusal, scheme::Scheme},
    handler::{
        access::Access,
        caller::Claims,
        resource::{Action, Lookup, Read, Resource},
        resources::Resources,
    },
    policy::{
        credential_error::InvalidCredential,
        decision::{Decision, Denial},
        names::{Role, Scope},
        principal::Principal,
        principal_id::PrincipalId,
        requirement::Requirement,
        statement::Hide,
    },
    schemes::jwt::{Algorithm, Issuers, Jwt, Key},
};

/// How a credential proves a principal: authenticators of the application's, and what they are shown.
///
/// ```
/// use auth_runtime::{Authorizer, Credential, Principal, Refusal, Scheme};
///
/// /// Keys that partners send in a field of their own.
/// async fn partner(key: &Credential<'_>) -> Result<Principal, Refusal> {
///     match key.value() {
///         // … ask the store …
///         "0d9b" => Ok(Principal::builder().issuer("https://desk.example").subject("partner-7").build()),
///         _ => Err(Refusal::invalid("nobody has this key")),
///     }
/// }
///
/// let keys = Scheme::new("Partner", async |key: &Credential<'_>| partner(key).await).header("x-partner-key");
/// let authorizer = Authorizer::builder().scheme(keys).build()?;
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
pub mod authenticate {
    pub use crate::{
        credential::{
            authenticate::{Authenticate, Authentication, IntoAuthenticate},
            head::Head,
        },
        policy::credential_error::MalformedCredential,
    };
}

/// The access table of an [`Api`], as data.
///
/// ```
/// use auth_runtime::{Api, Authorizer, Requirement, Routes, require_role};
///
/// #[require_role("admin")]
/// #[actix_web::get("/report")]
/// async fn report() -> &'static str {
///     "figures"
/// }
///
/// fn routes(routes: &mut Routes<'_>) {
///     routes.service(report);
/// }
///
/// # let nobody = |_: &auth_runtime::Credential<'_>| Err(auth_runtime::Refusal::invalid("nobody gets in"));
/// # let authorizer = Authorizer::builder().bearer(nobody).build()?;
/// let api = Api::new(authorizer, routes)?;
/// let admins: Vec<_> = api
///     .endpoints()
///     .iter()
///     .filter(|endpoint| endpoint.requirements() == [Requirement::role("admin")])
///     .map(|endpoint| endpoint.path.as_str())
///     .collect();
/// assert_eq!(admins, ["/report"]);
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
pub mod endpoints {
    pub use crate::{
        app::{
            denied_callers::DeniedCallers,
            endpoints::{AccessedResource, Endpoint, Endpoints, GroupTerms},
            matrix::{Matrix, MatrixRow},
            verdict::Verdict,
        },
        policy::statement::Statement,
    };
}

#[cfg(feature = "basic")]
pub use crate::schemes::basic;
#[cfg(feature = "oidc")]
pub use crate::schemes::introspection;
pub use crate::schemes::{api_key, jwt};

/// What stands in front of routes: a gate for an application, and a requirement for a group.
///
/// ```
/// use actix_web::{App, web};
/// use auth_runtime::{Authorizer, Hide, Principal, Requirement};
///
/// # let jwt = |_: &auth_runtime::Credential<'_>| Ok(Principal::builder().build());
/// let authorizer = Authorizer::builder().bearer(jwt).build()?;
/// let admin = web::scope("/admin").wrap(authorizer.require(Requirement::role("admin")).hide(Hide::Unauthorized));
/// let app = App::new().app_data(authorizer.clone()).service(admin).wrap(authorizer.gate());
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
pub mod middleware {
    pub use crate::app::{gate::Gate, group_requirement::GroupRequirement};
}

/// Principals that are built by hand, what they may be asked for, and claims of another shape than the one asked for.
///
/// ```
/// use auth_runtime::{Decision, Principal, Requirement};
///
/// let alice = Principal::builder().issuer("https://id.example").subject("alice").role("admin").build();
/// assert_eq!(Requirement::role("admin").evaluate(&alice), Decision::Allow);
/// ```
pub mod principal {
    pub use crate::policy::{
        principal::ClaimsError, principal_builder::PrincipalBuilder, requirement::AsRequirement,
    };
}

/// Tokens that are no longer accepted although nothing is wrong with them.
///
/// ```
/// use auth_runtime::{Authorizer, Principal, revocation::RevocationList};
///
/// # let jwt = |_: &auth_runtime::Credential<'_>| Ok(Principal::builder().build());
/// let revoked = RevocationList::new();
/// let authorizer = Authorizer::builder().bearer(jwt).revocations(revoked.clone()).build()?;
///
/// revoked.revoke_jti("https://issuer.example", "0d9b")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub mod revocation {
    pub use crate::authorizer::{
        revocation::{Revocations, VerifiedToken},
        revocation_list::{RevocationList, UnknownIssuer},
    };
}

/// Sessions of browsers (feature `session`): logging in and out, with a cookie.
///
/// ```
/// use std::time::Duration;
///
/// use actix_session::storage::CookieSessionStore;
/// use actix_web::cookie::Key;
/// use auth_runtime::{Authorizer, Principal, session::Sessions};
///
/// let sessions = Sessions::new(CookieSessionStore::default(), Key::generate())
///     .idle(Duration::from_secs(30 * 60))
///     .absolute(Duration::from_secs(12 * 60 * 60));
/// let scheme = sessions.scheme(|name: String| Ok(Principal::builder().subject(name).build()));
/// let authorizer = Authorizer::builder().scheme(scheme).build()?;
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[cfg(feature = "session")]
pub mod session {
    pub use crate::{
        app::session_middleware::SessionMiddleware,
        handler::session::{InsertError, Session},
        schemes::session::{
            Sessions, memory_store::MemoryStore, return_path::ReturnPath, user::AuthenticateUser,
        },
    };
}

/// The settings of an [`Authorizer`], and what they are made of.
///
/// ```
/// use actix_web::http::header::ACCEPT;
/// use auth_runtime::{
///     Principal,
///     settings::{AuthorizerBuilder, DenialBody, TokenCache},
/// };
///
/// fn with_pages(builder: AuthorizerBuilder) -> AuthorizerBuilder {
///     builder
///         .token_cache(TokenCache::new().max_entries(10_000))
///         .denial_body(|_, _| Some(DenialBody::html("<p>log in</p>").vary(ACCEPT)))
/// }
/// ```
pub mod settings {
    pub use crate::{
        answer::body::DenialBody,
        authorizer::{
            AuthorizerBuilder,
            enrichment::{Enrichment, IntoEnrichment},
            token_cache::TokenCache,
        },
        policy::decision::DenialData,
    };
}

/// The stores of an application that know its API keys and users.
///
/// ```
/// use auth_runtime::{api_key::{ApiKeys, StoredKey}, store::Unavailable};
///
/// async fn find(id: &str) -> Result<Option<StoredKey>, Unavailable> {
///     // … ask the database; `?` on its error is 503 …
///     # let _ = id;
///     Ok(None)
/// }
///
/// let keys = ApiKeys::new("ord", async |id: &str| find(id).await);
/// ```
pub mod store {
    pub use crate::credential::store::{Found, IntoStore, Store, Unavailable};
}
