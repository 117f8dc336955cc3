//! From the credential of a request to its principal.

use std::sync::Arc;

use actix_web::HttpRequest;

use super::{
    Authorizer, Recalled,
    choice::{Kept, Malformed, Presented},
    per_request::PerRequest,
};
#[cfg(feature = "session")]
use crate::schemes::session::visit::Visit;
use crate::{
    credential::{eventual::Eventual, scheme::Scheme, site::is_cross_site},
    policy::{decision::Denial, principal::Principal, statement::Terms},
};

/// A refused credential, before the refusal becomes an answer.
pub(crate) struct Refused {
    pub(crate) denial: Denial,
    /// The scheme of the credential; `None` if there was no credential of an accepted scheme.
    pub(crate) used: Option<Arc<Scheme>>,
}

impl From<Denial> for Refused {
    fn from(denial: Denial) -> Self {
        Self { denial, used: None }
    }
}

impl From<Malformed<'_>> for Refused {
    fn from(Malformed { how, scheme }: Malformed<'_>) -> Self {
        Self { denial: Denial::MalformedCredential(how), used: scheme.map(Arc::clone) }
    }
}

pub(crate) type Proved = Eventual<Result<Principal, Refused>>;

/// Who asks for the principal of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    /// Nobody asks again, so the principal is not kept. Keeping it costs more than everything else.
    Once,
    /// Somebody may ask again in the same request.
    Again,
    /// A gate, behind which handlers ask again.
    Gate,
}

/// Finds the principal of a request. `terms` are kept beside the principal.
#[inline]
pub(crate) fn prove(
    request: &HttpRequest,
    authorizer: Result<&Authorizer, &'static str>,
    terms: Option<Terms>,
    asker: Asker,
) -> Proved {
    let authorizer = match authorizer {
        Ok(authorizer) => authorizer,
        Err(remedy) => return Eventual::Now(Err(Denial::Misconfigured(remedy).into())),
    };
    match authorizer.schemes().presented(request) {
        Ok(Some(presented)) => prove_presented(request, authorizer, &presented, terms, asker),
        Ok(None) => Eventual::Now(Err(Denial::Anonymous.into())),
        Err(malformed) => Eventual::Now(Err(malformed.into())),
    }
}

/// Returns whether the page of another site sent a request that may change something, with a credential that came by
/// itself.
#[inline]
fn is_unwanted(request: &HttpRequest, scheme: &Scheme) -> bool {
    scheme.origins.as_ref().is_some_and(|listed| is_cross_site(request, listed))
}

/// Finds who a credential belongs to: this request may know it already, the token cache may remember it, and otherwise
/// the scheme authenticates it.
#[expect(
    clippy::inline_always,
    reason = "the common way has one call less, which is one percent of a request"
)]
#[inline(always)]
pub(crate) fn prove_presented(
    request: &HttpRequest,
    authorizer: &Authorizer,
    presented: &Presented<'_, '_>,
    terms: Option<Terms>,
    asker: Asker,
) -> Proved {
    let scheme = presented.scheme;
    if let Some(answer) = PerRequest::resume(request, presented, terms) {
        return Eventual::Now(answer.map_err(|denial| Refused { denial, used: Some(Arc::clone(scheme)) }));
    }
    // This crate's verifiers give the same answer again, so it need not be kept. The application is asked once.
    let asks_application = !scheme.is_own || authorizer.enriches();
    let asker = if asks_application && asker == Asker::Once { Asker::Again } else { asker };
    let conclusion = Conclusion { request, scheme, terms, asker };
    if is_unwanted(request, scheme) {
        return conclusion.refuse_cross_site(authorizer, presented);
    }
    let recalled = match authorizer.recall(presented) {
        None => None,
        Some(Ok(Recalled::Principal(principal))) => Some(Ok(principal)),
        Some(Ok(Recalled::NotEnriched(entry))) => {
            return conclusion.draw_eventually(authorizer.enrich_again(presented, &entry), presented);
        }
        Some(Err(revoked)) => Some(Err(revoked)),
    };
    if let Some(answer) = recalled {
        return Eventual::Now(conclusion.draw(answer, || presented.keep()));
    }
    match presented.credential(request) {
        Ok(credential) => conclusion.draw_eventually(authorizer.authenticate(scheme, &credential), presented),
        Err(malformed) => Eventual::Now(Err(malformed.into())),
    }
}

/// What follows from the answer about a credential.
struct Conclusion<'request> {
    request: &'request HttpRequest,
    scheme: &'request Arc<Scheme>,
    terms: Option<Terms>,
    asker: Asker,
}

impl Conclusion<'_> {
    /// Refuses a request because of the site that it comes from. First it is found out whether the credential is good, so
    /// a dead session is 401 wherever the request comes from. The application is not asked about the principal.
    #[cold]
    fn refuse_cross_site(self, authorizer: &Authorizer, presented: &Presented<'_, '_>) -> Proved {
        if let Some(recalled) = authorizer.recall(presented) {
            let refused = recalled.and(Err(Denial::CrossSite));
            return Eventual::Now(self.draw(refused, || presented.keep()));
        }
        let credential = match presented.credential(self.request) {
            Ok(credential) => credential,
            Err(malformed) => return Eventual::Now(Err(malformed.into())),
        };
        let proven = authorizer.authenticate_alone(self.scheme, &credential);
        self.draw_eventually(proven.map(|proven| proven.and(Err(Denial::CrossSite))), presented)
    }

    /// Waits for the answer.
    fn draw_eventually(
        self,
        answer: Eventual<Result<Principal, Denial>>,
        presented: &Presented<'_, '_>,
    ) -> Proved {
        let Self { request, scheme, terms, asker } = self;
        match answer {
            Eventual::Now(answer) => Eventual::Now(self.draw(answer, || presented.keep())),
            Eventual::Later(answer) => {
                let (request, scheme, kept) = (request.clone(), Arc::clone(scheme), presented.keep());
                Eventual::later(async move {
                    let answer = answer.await;
                    Conclusion { request: &request, scheme: &scheme, terms, asker }.draw(answer, || kept)
                })
            }
        }
    }

    /// Keeps the answer for the rest of the request if somebody is going to ask for it.
    #[inline]
    fn draw(
        self,
        answer: Result<Principal, Denial>,
        keep: impl FnOnce() -> Kept,
    ) -> Result<Principal, Refused> {
        let Self { request, scheme, terms, asker } = self;
        // What stood outside `Authorization` decides about caches.
        if asker != Asker::Once || scheme.is_kept {
            PerRequest::remember(request, keep(), &answer, terms, asker == Asker::Gate);
        }
        #[cfg(feature = "session")]
        if let Err(denial) = &answer
            && !denial.is_failure()
        {
            Visit::refuse(request, scheme, denial);
        }
        answer.map_err(|denial| Refused { denial, used: Some(Arc::clone(scheme)) })
    }
}
