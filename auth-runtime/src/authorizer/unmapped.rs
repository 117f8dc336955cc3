//! The answer to a request for a path that does not exist.

use actix_web::{HttpRequest, HttpResponse, ResponseError as _};

use super::{
    Authorizer,
    authorize::{refuse_credential, tell_denied},
    decided::Stage,
    in_force::{ApiAuthorizer, disputed},
    prove::prove,
};
use crate::{
    answer::{caching::forbid_storing, denied::Denied},
    policy::{
        decision::Denial,
        requirement::Requirement,
        statement::{Hide, Terms},
    },
};

impl ApiAuthorizer {
    /// Answers a request for a path that does not exist, as a handler does that is hidden from everybody.
    ///
    /// If the `Api` has such handlers, the caller is authenticated as well, by the authorizer of the group. Otherwise the
    /// time, and the 503 while a provider cannot be reached, would tell which paths exist.
    pub(crate) async fn answer_unmapped(
        &self,
        request: &HttpRequest,
        authorizer: &Authorizer,
    ) -> HttpResponse {
        if let Some(other) = request.app_data::<Authorizer>()
            && !self.authorizer.shares_not_found(other)
        {
            self.is_disputed.set(true);
        }
        let mut response = if self.is_disputed.get() {
            disputed(request)
        } else if self.has_secrets {
            deny(request, authorizer).await.error_response()
        } else {
            self.authorizer.not_found_answer().to(request)
        };
        forbid_storing(&mut response);
        response
    }
}

/// Denies the request with the work and the failures of a handler that is hidden from everybody.
async fn deny(request: &HttpRequest, authorizer: &Authorizer) -> Denied {
    let terms = Terms { requirement: Requirement::authenticated(), hide: Hide::Anonymous };
    let refused = match prove(request, Ok(authorizer), None, false).wait().await {
        Ok(_) => Denial::Absent.into(),
        Err(refused) => refused,
    };
    let denied = refuse_credential(request, Some(authorizer), Some(terms), refused);
    tell_denied(request, Stage::Unmapped, &denied);
    denied
}
