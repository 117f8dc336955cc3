//! Resources that a handler names itself, such as by ids in a body.

use std::{fmt, marker::PhantomData};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::{
    access::{Access, ExpectedAccesses, UNEXPECTED, Unexpected, load, prove},
    caller::Authenticating,
    resource::{Action, Lookup, Read, Resource},
};
use crate::{
    answer::denied::Denied,
    authorizer::authorize::{authenticate, refuse},
    policy::principal::Principal,
};

/// The resources of a type that a handler asks for itself, each for the action `A`. Their ids stand in a body, in a
/// message or in a batch; for an id in the path, take an [`Access`](crate::Access).
///
/// A `Resources` is an argument. It reads nothing of the request, so it may stand anywhere among the arguments. The access
/// table lists its resource and its action, because its type names them. Several kinds of resources are several
/// arguments. As with an `Access`, a handler of a method that is not safe does not compile if all that it accesses is for
/// reading.
///
/// What is asked for after the body was read is decided after the body was read: a caller who sends a body that does
/// not parse gets 400, and learns that there is a handler. Which resources there are, the caller does not learn: an absent
/// resource and a hidden one have the same answer.
///
/// # Example
/// ```
/// # use auth_runtime::{Action, Decision, Denial, Lookup, Principal, Resource};
/// # struct Task { title: String }
/// # impl Resource for Task {
/// #     type Id = u64;
/// #     async fn load(_: Lookup<u64>) -> Result<Option<Self>, Denial> { Ok(None) }
/// #     fn is_visible_to(&self, _: &Principal) -> bool { false }
/// # }
/// # struct Edit;
/// # impl Action<Task> for Edit {
/// #     fn authorize(_: &Principal, _: &Task) -> Decision { Decision::Allow }
/// # }
/// use actix_web::{Error, web};
/// use auth_runtime::{Resources, require_scope};
///
/// #[derive(serde::Deserialize)]
/// struct Swap {
///     first: u64,
///     second: u64,
/// }
///
/// #[require_scope("tasks:write")]
/// #[actix_web::post("/tasks/swap")]
/// async fn swap(tasks: Resources<Task, Edit>, swap: web::Json<Swap>) -> Result<String, Error> {
///     let first = tasks.access(swap.first).await?;
///     let second = tasks.access(swap.second).await?;
///     Ok(format!("{} after {}", first.title, second.title))
/// }
/// ```
pub struct Resources<R, A = Read> {
    lookup: Lookup<()>,
    types: PhantomData<fn() -> (R, A)>,
}

impl<R: Resource, A: Action<R>> Resources<R, A> {
    /// Loads and authorizes the resource with this id.
    ///
    /// # Errors
    /// Those of an [`Access`](crate::Access): the application's not-found answer, if the resource is absent or not
    /// visible; 403; 500 or 503, if the store fails.
    pub async fn access(&self, id: R::Id) -> Result<Access<R, A>, Denied> {
        let (request, principal) = (self.lookup.request(), self.lookup.principal());
        match load::<R, A>(&self.lookup, id).await {
            Ok(resource) => Ok(prove(resource)),
            Err(denial) => Err(refuse(request, principal, denial, Some(A::REQUIREMENT))),
        }
    }

    /// Loads and authorizes the resources with these ids, one after the other, and returns all of them or none.
    ///
    /// Every id is a question to the store. If a caller chooses how many there are, check their number before.
    ///
    /// # Errors
    /// The error of the first id that [`access`](Self::access) refuses. No further id is looked at.
    ///
    /// # Example
    /// ```
    /// # use auth_runtime::{Action, Decision, Denial, Lookup, Principal, Resource};
    /// # struct Task;
    /// # impl Resource for Task {
    /// #     type Id = u64;
    /// #     async fn load(_: Lookup<u64>) -> Result<Option<Self>, Denial> { Ok(None) }
    /// #     fn is_visible_to(&self, _: &Principal) -> bool { false }
    /// # }
    /// # struct Close;
    /// # impl Action<Task> for Close {
    /// #     fn authorize(_: &Principal, _: &Task) -> Decision { Decision::Allow }
    /// # }
    /// use actix_web::{Error, error::ErrorBadRequest, web};
    /// use auth_runtime::{Resources, require_auth};
    ///
    /// #[require_auth]
    /// #[actix_web::post("/tasks/close")]
    /// async fn close(tasks: Resources<Task, Close>, ids: web::Json<Vec<u64>>) -> Result<String, Error> {
    ///     if ids.len() > 100 {
    ///         return Err(ErrorBadRequest("at most 100 at once"));
    ///     }
    ///     let closed = tasks.all(ids.into_inner()).await?;
    ///     Ok(format!("{} closed", closed.len()))
    /// }
    /// ```
    pub async fn all(&self, ids: impl IntoIterator<Item = R::Id>) -> Result<Vec<Access<R, A>>, Denied> {
        let mut all = Vec::new();
        for id in ids {
            all.push(self.access(id).await?);
        }
        Ok(all)
    }
}

impl<R, A> fmt::Debug for Resources<R, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resources").finish_non_exhaustive()
    }
}

impl<R: Resource, A: Action<R>> FromRequest for Resources<R, A> {
    type Error = Denied;
    type Future = Authenticating<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let is_expected = ExpectedAccesses::take(request);
        if !is_expected {
            Unexpected { is_told: false }.put(request);
        }
        let make = move |request: &HttpRequest, principal: Result<Principal, Denied>| {
            let principal = principal?;
            if !is_expected {
                Unexpected { is_told: true }.put(request);
                return Err(refuse(request, &principal, UNEXPECTED, None));
            }
            let lookup = Lookup::new((), principal, request.clone());
            Ok(Self { lookup, types: PhantomData })
        };
        Authenticating::of(authenticate(request).then(request, make))
    }
}
