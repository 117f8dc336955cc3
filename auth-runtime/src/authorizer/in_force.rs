//! Which authorizer is in force for a request.
//!
//! The innermost `Authorizer` in the application's data is in force. An [`Api`](crate::Api) adds its authorizer to the
//! requests of each of its routes, where no other one is further in. A handler outside of every `Api` may have no
//! authorizer in the data around it. The `Api` that configures the innermost scope then lends its own, if no other `Api`
//! configures that application.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use actix_web::{HttpRequest, ResponseError as _};

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
/// configure the same one, the last one's is found there, and answers for what does not exist.
pub(crate) struct ApiAuthorizer {
    authorizer: Authorizer,
    /// The authorizers of what is hidden from everybody.
    keepers: RefCell<Vec<Authorizer>>,
    /// Whether no `Api` with another authorizer configures the same application.
    is_alone: Cell<bool>,
    /// Whether an `Api` with another not-found answer configures the same application.
    is_disputed: Cell<bool>,
}

impl ApiAuthorizer {
    pub(crate) fn new(authorizer: &Authorizer) -> Rc<Self> {
        Rc::new(Self {
            authorizer: authorizer.clone(),
            keepers: RefCell::default(),
            is_alone: Cell::new(true),
            is_disputed: Cell::new(false),
        })
    }

    /// Notes that `keeper` hides something from everybody.
    pub(crate) fn hide(&self, keeper: &Authorizer) {
        let mut keepers = self.keepers.borrow_mut();
        if !keepers.iter().any(|known| known.is(keeper)) {
            keepers.push(keeper.clone());
        }
    }

    /// Returns the authorizers that hide something from everybody.
    pub(super) fn keepers(&self) -> Vec<Authorizer> {
        self.keepers.borrow().clone()
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
        self.keepers().iter().for_each(|keeper| other.hide(keeper));
        other.keepers().iter().for_each(|keeper| self.hide(keeper));
    }

    /// Answers a request for what does not exist.
    pub(super) fn answer_not_found(&self, request: &HttpRequest) -> NotFoundResponse {
        if self.is_disputed.get() {
            return NotFoundResponse::of(misconfigured(request, DISPUTED).error_response());
        }
        self.authorizer.not_found_answer().answer(request).not_stored()
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

    /// Answers a request for what does not exist. Where an `Api` answers for unmapped paths, its answer is sent, and
    /// otherwise that of `authorizer`. Without any the answer is actix-web's own.
    pub(crate) fn answer_not_found(authorizer: Option<&Self>, request: &HttpRequest) -> NotFoundResponse {
        match (request.app_data::<Rc<ApiAuthorizer>>(), authorizer) {
            (Some(api), _) => api.answer_not_found(request),
            (None, Some(authorizer)) => authorizer.not_found_answer().answer(request),
            (None, None) => NotFoundAnswer::default().answer(request),
        }
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
