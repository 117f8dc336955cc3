//! Which authorizer is in force for a request.
//!
//! The innermost `Authorizer` in the data of the application is. An [`Api`](crate::Api) adds its own to the requests of
//! each route, where it is the innermost, so nothing replaces it. What stands outside of every `Api` and has none in the
//! data around it takes that of the only `Api` of the application.

use std::{cell::Cell, rc::Rc, sync::Arc};

use actix_web::{HttpRequest, HttpResponse, ResponseError as _};

use super::{
    Authorizer,
    decided::{Decided, Stage},
};
use crate::{
    answer::{
        challenge::Lines,
        denied::Denied,
        not_found::{NotFoundAnswer, NotFoundResponse},
    },
    policy::decision::Denial,
};

/// The authorizer of an `Api`, in the data of the application or the scope that the `Api` configures. If several
/// configure the same one, the last one's is found there.
pub(crate) struct ApiAuthorizer {
    pub(super) authorizer: Authorizer,
    /// Whether something of the `Api` is hidden from everybody.
    pub(super) has_secrets: bool,
    /// Whether the `Api` configures a whole application, and no other one with another authorizer does.
    is_alone: Cell<bool>,
    /// Whether hidden and unmapped paths would get different not-found answers.
    pub(super) is_disputed: Cell<bool>,
}

impl ApiAuthorizer {
    pub(crate) fn new(authorizer: &Authorizer, has_secrets: bool) -> Rc<Self> {
        let authorizer = authorizer.clone();
        Rc::new(Self { authorizer, has_secrets, is_alone: Cell::new(false), is_disputed: Cell::new(false) })
    }

    /// Notes that the `Api` configures a whole application.
    pub(crate) fn begin_alone(&self) {
        self.is_alone.set(true);
    }

    /// Notes that another `Api` configures the same application.
    pub(crate) fn meet(&self, other: &Self) {
        if !self.authorizer.is(&other.authorizer) {
            self.is_alone.set(false);
            other.is_alone.set(false);
        }
        if !self.authorizer.shares_not_found(&other.authorizer) {
            self.is_disputed.set(true);
            other.is_disputed.set(true);
            tracing::error!("{DISPUTED}");
        }
    }
}

impl Authorizer {
    /// Returns the authorizer for a request.
    ///
    /// # Errors
    /// The text says what is wrong with the application.
    #[inline]
    pub(crate) fn in_force(request: &HttpRequest) -> Result<&Self, &'static str> {
        request.app_data().map_or_else(|| Self::of_only_api(request), Ok)
    }

    #[cold]
    fn of_only_api(request: &HttpRequest) -> Result<&Self, &'static str> {
        match request.app_data::<Rc<ApiAuthorizer>>() {
            Some(api) if api.is_alone.get() => Ok(&api.authorizer),
            Some(_) => Err(AMBIGUOUS),
            None => Err(NO_AUTHORIZER),
        }
    }

    /// Answers a request for what does not exist. Without an authorizer the answer is actix-web's own.
    pub(crate) fn answer_not_found(authorizer: Option<&Self>, request: &HttpRequest) -> NotFoundResponse {
        let Some(authorizer) = authorizer else { return NotFoundAnswer::default().answer(request) };
        // The unmapped paths around have the answer of the `Api`.
        if let Some(api) = request.app_data::<Rc<ApiAuthorizer>>()
            && !authorizer.shares_not_found(&api.authorizer)
        {
            api.is_disputed.set(true);
            return NotFoundResponse::of(disputed(request));
        }
        authorizer.not_found_answer().answer(request)
    }

    /// Whether both are clones of one authorizer.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether both answer alike for what does not exist.
    pub(crate) fn shares_not_found(&self, other: &Self) -> bool {
        self.not_found_answer().is(other.not_found_answer())
    }
}

/// Answers 500, because one of two not-found answers would tell what is hidden from what is absent.
#[cold]
pub(super) fn disputed(request: &HttpRequest) -> HttpResponse {
    misconfigured(request, DISPUTED).error_response()
}

/// Denies a request because the application is put together wrongly, and logs what to change.
pub(crate) fn misconfigured(request: &HttpRequest, remedy: &'static str) -> Denied {
    let denial = Denial::Misconfigured(remedy);
    Decided { request, stage: Stage::Registration, denial: Some(&denial), is_hidden: false }.tell();
    Denied::new(denial, Lines::default())
}

const NO_AUTHORIZER: &str = "no `Authorizer` in the app; add `.app_data(authorizer.clone())` to `App::new()`, the \
                             authorizer itself, not inside `web::Data`";
const AMBIGUOUS: &str = "a handler or a middleware outside of every `Api` asks for the caller, and it is not clear of which \
                         `Api`; add `.app_data(authorizer.clone())` to the scope or the application around it";
const DISPUTED: &str = "two authorizers with different `not_found` answers serve the same paths, so what is hidden would \
                        differ from what is absent; give both the same answer, or each `Api` a `web::scope` of its own";
