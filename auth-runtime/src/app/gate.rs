//! Authentication before routing, for a whole application.

use actix_web::{HttpRequest, HttpResponse};

use super::admission::{Admission, AdmissionMiddleware};
use crate::{
    answer::{caching::forbid_storing, denied::Denied},
    authorizer::{
        Authorizer,
        authorize::{admit, misplaced_gate},
    },
};

/// A middleware that authenticates before routing: `App::new().wrap(authorizer.gate())`.
///
/// - A refused or malformed credential is answered at once. The 401 or 400 is the same on every path, whether or not
///   the path exists, and also if the handler is public.
/// - A request without a credential goes on. So does a request whose refused credential is
///   [ambient](crate::Scheme::ambient), such as a cookie; the handlers that need a principal answer it with 401.
/// - The principal is proved once for everything behind the gate.
/// - Every 401, 403 and 404 that is answered behind the gate is sent with `Cache-Control: no-store`. Caches may store a
///   404 without being told to (RFC 9110 §15.1), so a resource that was hidden from one caller would be hidden from the
///   next one too. The gate does not change an `Err` that a middleware returns, because the `Err` becomes an answer
///   only in front of the gate.
///
/// Everything behind the gate has to have its authorizer. Otherwise, and behind the gate of another authorizer, the
/// answer is 500 and the log says what to change. Several authorizers need a `web::scope` each, with the gate and the
/// `Api` of one authorizer.
///
/// Wrap the gate before CORS (`.wrap(authorizer.gate()).wrap(cors)`), so that preflights pass and denials carry the
/// CORS fields.
///
/// # Example
/// ```
/// use actix_web::App;
/// use auth_runtime::{Authorizer, Principal};
///
/// # let jwt = |_: &auth_runtime::Credential<'_>| Ok(Principal::builder().build());
/// let authorizer = Authorizer::builder().bearer(jwt).build()?;
/// let app = App::new().app_data(authorizer.clone()).wrap(authorizer.gate());
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
pub type Gate = AdmissionMiddleware<Authenticated>;

/// The admission of a [`Gate`], which lets in everybody whose credential is not refused.
#[derive(Clone, Copy, Debug)]
pub struct Authenticated(());

impl Authorizer {
    /// Returns a middleware that authenticates before routing. See [`Gate`].
    pub fn gate(&self) -> Gate {
        AdmissionMiddleware::new(self, Authenticated(()))
    }
}

impl Admission for Authenticated {
    async fn admit(&self, request: &HttpRequest, authorizer: &Authorizer) -> Result<(), Denied> {
        admit(request, authorizer).await
    }

    #[inline]
    fn object(&self, request: &HttpRequest, authorizer: &Authorizer) -> Option<Denied> {
        let is_of_another = Authorizer::in_force(request).is_ok_and(|other| !other.is(authorizer));
        is_of_another.then(|| misplaced_gate(request))
    }

    fn answer(&self, response: &mut HttpResponse<impl Sized>) {
        forbid_storing(response);
    }
}
