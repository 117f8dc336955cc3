//! Authentication before routing, for a whole application.

use actix_web::{HttpRequest, HttpResponse};

use super::front::{Admission, Front};
use crate::{
    answer::{denied::Denied, problem::forbid_storing},
    authorizer::{Authorizer, authorize::admit},
};

/// A middleware that authenticates before routing: `App::new().wrap(authorizer.gate())`.
///
/// - A credential that is refused or malformed is answered at once, so the 401 or 400 is the same on every path, whether
///   the path exists or not, also where the handler is public. Requests without a credential go on. So do requests whose
///   refused credential comes by itself, such as a cookie: the handlers that need a principal answer 401.
/// - A principal is proved once for all that comes behind the gate.
/// - Every 401, 403 and 404 that is answered behind the gate is `Cache-Control: no-store`: a 404 may be stored without
///   being asked for (RFC 9110 §15.1), and what was hidden from one caller would be hidden from the next. An `Err` that a
///   middleware returns becomes an answer only in front of the gate, so the gate leaves it as it is.
///
/// Wrap the gate before CORS (`.wrap(authorizer.gate()).wrap(cors)`), so that preflights pass and denials carry the fields
/// of CORS.
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
pub type Gate = Front<Authenticated>;

/// Whom a [`Gate`] lets in: everybody but those whose credential is refused.
#[derive(Clone, Copy, Debug)]
pub struct Authenticated(());

impl Authorizer {
    /// A middleware that authenticates before routing. See [`Gate`].
    pub fn gate(&self) -> Gate {
        Front::new(self, Authenticated(()))
    }
}

impl Admission for Authenticated {
    async fn admit(&self, request: &HttpRequest, authorizer: &Authorizer) -> Result<(), Denied> {
        admit(request, authorizer).await
    }

    fn answer(&self, response: &mut HttpResponse<impl Sized>) {
        forbid_storing(response);
    }
}
