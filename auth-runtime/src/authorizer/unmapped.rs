//! The answer to a request for a path that does not exist.

use actix_web::{HttpRequest, HttpResponse, ResponseError as _};

use super::{
    authorize::{refuse_credential, tell_denied},
    decided::Stage,
    in_force::ApiAuthorizer,
    prove::{Asker, prove},
};
use crate::policy::{
    requirement::Requirement,
    statement::{Hide, Terms},
};

/// What a handler states that is hidden from everybody.
const SECRET: Terms = Terms { requirement: Requirement::authenticated(), hide: Hide::Anonymous };

impl ApiAuthorizer {
    /// Answers a request for a path that does not exist.
    ///
    /// If something is hidden from everybody, the caller is authenticated as the hidden handlers do. Otherwise the time,
    /// and the 503 while a provider cannot be reached, would tell which paths exist.
    pub(crate) async fn answer_unmapped(&self, request: &HttpRequest) -> HttpResponse {
        for keeper in self.keepers() {
            let proved = prove(request, Ok(&keeper), None, Asker::Once).wait().await;
            let Err(refused) = proved else { continue };
            if !SECRET.hide.conceals(&refused.denial) {
                let denied = refuse_credential(request, Some(&keeper), Some(SECRET), refused);
                tell_denied(request, Stage::Unmapped, &denied);
                return denied.error_response();
            }
        }
        self.answer_not_found(request).copy()
    }
}
