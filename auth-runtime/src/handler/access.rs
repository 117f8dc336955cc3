//! A resource as an argument: the proof that the caller may do to the resource what the argument's type says.

use std::{fmt, future::Future, marker::PhantomData, ops::Deref, pin::Pin};

use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, dev::Payload};

use crate::{
    answer::denied::Denied,
    authorizer::{
        Authorizer,
        authorize::{authenticate, refuse},
        deny::Deny,
    },
    handler::resource::{Action, Lookup, Read, Resource},
    policy::{
        decision::{Decision, Denial},
        requirement::Requirement,
    },
};

/// A resource to which the caller may do `A`. An `Access` dereferences to the resource.
///
/// The resource is loaded and authorized after the handler's requirement, and before anything else of the request is
/// read. Three places of an `Access` do not compile:
///
/// - behind an argument that may read the request;
/// - under `public`, where there is nobody to authorize;
/// - inside an `Option` or an `Either`, which would take a refusal or a failure of the store for an absent resource.
///   `Result<Access<R, A>, Denied>` tells them apart.
///
/// An `Access` without an action is for reading. It does not compile under a route attribute for a method that is not
/// safe, such as DELETE (RFC 9110 §9.2.1), unless another argument is an `Access` with an action; see [`Read`].
///
/// In three places the compiler does not see an `Access`: inside another extractor, such as a tuple; as a type parameter
/// of the handler; and in a handler without an attribute. There the answer is 500, and the log says what to change. Under
/// an attribute the answer is 500 even if the extractor around the `Access` turns the refusal into something else, as an
/// `Option<(Access<R>,)>` does. Without an attribute nobody asks after such an extractor, and the handler runs, without
/// the resource.
///
/// # Errors
/// - The application's not-found answer, if the resource is absent, or is not visible to the caller.
/// - 403, if the caller lacks what [`Action::REQUIREMENT`] names, or [`Action::authorize`] says no.
/// - 500 or 503, if the store fails. A failure is never a 404.
///
/// # Example
/// ```
/// # use auth_runtime::{Denial, Lookup, Principal, Resource};
/// # struct Order { item: String }
/// # impl Resource for Order {
/// #     type Id = u64;
/// #     async fn load(_: Lookup<u64>) -> Result<Option<Self>, Denial> { Ok(None) }
/// #     fn is_visible_to(&self, _: &Principal) -> bool { false }
/// # }
/// use auth_runtime::{Access, require_scope};
///
/// #[require_scope("orders:read")]
/// #[actix_web::get("/orders/{id}")]
/// async fn show(order: Access<Order>) -> String {
///     order.item.clone()
/// }
/// ```
///
/// Who may see an order is not who may delete it:
/// ```compile_fail,E0080
/// # use auth_runtime::{Denial, Lookup, Principal, Resource};
/// # struct Order;
/// # impl Resource for Order {
/// #     type Id = u64;
/// #     async fn load(_: Lookup<u64>) -> Result<Option<Self>, Denial> { Ok(None) }
/// #     fn is_visible_to(&self, _: &Principal) -> bool { false }
/// # }
/// use auth_runtime::{Access, require_auth};
///
/// #[require_auth]
/// #[actix_web::delete("/orders/{id}")]
/// async fn remove(order: Access<Order>) -> &'static str {
///     "removed" // by everybody who sees the order
/// }
/// ```
///
/// An argument that might read the request stands behind the `Access`, also if its type is a type parameter:
/// ```compile_fail
/// # use auth_runtime::{Denial, Lookup, Principal, Resource, Routes};
/// # struct Order;
/// # impl Resource for Order {
/// #     type Id = u64;
/// #     async fn load(_: Lookup<u64>) -> Result<Option<Self>, Denial> { Ok(None) }
/// #     fn is_visible_to(&self, _: &Principal) -> bool { false }
/// # }
/// # use actix_web::{App, FromRequest, web};
/// use auth_runtime::{Access, require_auth};
///
/// #[require_auth]
/// async fn change<T: FromRequest + 'static>(_body: T, _order: Access<Order>) -> &'static str {
///     "changed"
/// }
///
/// let app = App::new().route("/orders/{id}", web::put().to(change::<web::Bytes>));
/// ```
pub struct Access<R, A = Read> {
    resource: R,
    action: PhantomData<fn() -> A>,
}

/// No `Access` is `Unpin`, and nearly every other extractor is. The difference tells the compiler that the two sides of an
/// `Either<_, Access<..>>` are not of one type, so that `private` can name that type beside `Either<Access<..>, _>`.
impl<R, A> Unpin for Access<R, A> where Impossible<R>: Never {}

/// A type that is not `Never`, as no type is.
#[derive(Debug)]
pub struct Impossible<R>(PhantomData<R>);

/// A trait without implementations.
pub trait Never {}

impl<R, A> Access<R, A> {
    /// Returns the resource, without the proof.
    pub fn into_inner(self) -> R {
        self.resource
    }
}

impl<R, A> Deref for Access<R, A> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.resource
    }
}

impl<R: fmt::Debug, A> fmt::Debug for Access<R, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Access").field(&self.resource).finish()
    }
}

impl<R: Resource, A: Action<R>> FromRequest for Access<R, A> {
    type Error = Denied;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Denied>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (is_expected, request, caller) =
            (ExpectedAccesses::take(request), request.clone(), authenticate(request));
        if !is_expected {
            Unexpected { is_told: false }.put(&request);
        }
        Box::pin(async move {
            let principal = caller.wait().await?;
            let found = if is_expected {
                find::<R, A>(Lookup::new((), principal.clone(), request.clone())).await
            } else {
                Unexpected { is_told: true }.put(&request);
                Err(UNEXPECTED)
            };
            match found {
                Ok(resource) => Ok(prove(resource)),
                Err(denial) => Err(refuse(&request, &principal, denial, Some(A::REQUIREMENT))),
            }
        })
    }
}

/// Makes the proof that the resource was authorized.
pub(super) fn prove<R, A>(resource: R) -> Access<R, A> {
    Access { resource, action: PhantomData }
}

/// The number of `Access` and `Resources` that a handler's arguments state and that were not extracted yet, kept with the
/// request. One beyond that number is refused: the compiler has not seen what is read before it, and the access table does
/// not show it.
pub(crate) struct ExpectedAccesses(usize);

impl ExpectedAccesses {
    pub(crate) fn put(request: &HttpRequest, resources: usize) {
        if resources > 0 {
            request.extensions_mut().insert(Self(resources));
        }
    }

    /// Takes one of them, and returns whether there was one.
    pub(super) fn take(request: &HttpRequest) -> bool {
        let mut extensions = request.extensions_mut();
        let left = extensions.get_mut::<Self>().and_then(|Self(left)| {
            *left = left.checked_sub(1)?;
            Some(*left)
        });
        left.is_some()
    }
}

/// The mark of a request whose handler began to extract an `Access` or a `Resources` that was not expected.
#[derive(Clone, Copy)]
pub(super) struct Unexpected {
    /// Whether the log has it.
    pub(super) is_told: bool,
}

impl Unexpected {
    pub(super) fn put(self, request: &HttpRequest) {
        request.extensions_mut().insert(self);
    }

    /// Denies a request that bears the mark, unless the refusal of the `Access` is the answer anyway. An argument may have
    /// swallowed the refusal, as an `Option<(Access<..>,)>` does.
    pub(super) fn refuse<T>(request: &HttpRequest, arguments: Result<T, Error>) -> Result<T, Error> {
        let Some(Self { is_told }) = request.extensions().get().copied() else { return arguments };
        if let Err(error) = &arguments
            && error.as_error::<Denied>().is_some()
        {
            return arguments;
        }
        if !is_told {
            tracing::error!(method = %request.method(), path = request.path(), reason = %UNEXPECTED, "denied");
        }
        let deny = Deny::new(request, Authorizer::in_force(request).ok(), None);
        Err(deny.because(UNEXPECTED, Vec::new).into())
    }
}

pub(super) const UNEXPECTED: Denial = Denial::Misconfigured(
    "an `Access` or a `Resources` stands inside another extractor, under a type parameter, or in a handler without an attribute; make it an \
     argument of its own, under an attribute",
);
const OTHER_PARAMETERS: Denial = Denial::Misconfigured(
    "the path of a handler that takes an `Access` has other parameters than the resource's `Id`; name them alike, and as many",
);

/// Loads and authorizes the resource that the path names. Until the resource is known to be visible, the denial is
/// [`Denial::Absent`], [`Denial::Invisible`] or a failure.
async fn find<R: Resource, A: Action<R>>(lookup: Lookup<()>) -> Result<R, Denial> {
    let request = lookup.request();
    let id: R::Id = request.match_info().load().map_err(|error| {
        let error = error.to_string();
        // These errors depend on the registered path, and not on what the caller sent.
        if ["missing field", "wrong number of parameters"].iter().any(|fault| error.starts_with(fault)) {
            return OTHER_PARAMETERS;
        }
        tracing::debug!(
            path = request.path(),
            ?error,
            resource = std::any::type_name::<R>(),
            "no id in the path"
        );
        Denial::Absent
    })?;
    load::<R, A>(&lookup, id).await
}

/// Loads and authorizes the resource with this id. Until the resource is known to be visible, the denial is
/// [`Denial::Absent`], [`Denial::Invisible`] or a failure.
pub(super) async fn load<R: Resource, A: Action<R>>(lookup: &Lookup<()>, id: R::Id) -> Result<R, Denial> {
    let principal = lookup.principal();
    let found = R::load(lookup.with_id(id)).await.map_err(unseen)?;
    let resource = found.ok_or(Denial::Absent)?;
    if !resource.check_visibility(lookup).await.map_err(unseen)? {
        return Err(Denial::Invisible);
    }
    if let Decision::Deny(denial) = A::REQUIREMENT.evaluate(principal) {
        return Err(denial);
    }
    match A::check(&resource, lookup).await? {
        Decision::Allow => Ok(resource),
        Decision::Deny(denial) => Err(denial),
    }
}

/// A denial while nobody knows yet whether the caller may see the resource. Only a failure is told.
fn unseen(denial: Denial) -> Denial {
    if denial.is_failure() { denial } else { Denial::Invisible }
}

/// The resource, the action and the requirement of an [`Access`], for the access table.
#[derive(Clone, Copy, Debug)]
pub struct ResourceAccess {
    resource: fn() -> &'static str,
    action: fn() -> &'static str,
    is_read: bool,
    /// Whether the handler runs although the resource is refused, and gets the refusal.
    is_handed_on: bool,
    requirement: Requirement,
}

impl ResourceAccess {
    /// Describes an `Access<R, A>`.
    pub const fn of<R: Resource, A: Action<R>>() -> Self {
        Self {
            resource: std::any::type_name::<R>,
            action: std::any::type_name::<A>,
            is_read: A::IS_READ,
            is_handed_on: false,
            requirement: A::REQUIREMENT,
        }
    }

    /// Describes a `Result<Access<R, A>, Denied>`.
    pub const fn handed_on(self) -> Self {
        Self { is_handed_on: true, ..self }
    }

    /// Whether the handler runs although the resource is refused.
    pub(crate) fn is_handed_on(&self) -> bool {
        self.is_handed_on
    }

    /// Whether the access is for another action than reading.
    pub(super) const fn names_an_action(&self) -> bool {
        !self.is_read
    }

    /// The name of the action's type.
    pub(crate) fn action(&self) -> &'static str {
        last_segment((self.action)())
    }

    /// The name of the resource's type.
    pub(crate) fn resource(&self) -> &'static str {
        last_segment((self.resource)())
    }

    /// What the action requires.
    pub(crate) fn requirement(&self) -> Requirement {
        self.requirement
    }
}

/// Returns the name of a type without its modules and its parameters.
fn last_segment(path: &'static str) -> &'static str {
    let name = path.split('<').next().unwrap_or(path);
    name.rsplit("::").next().unwrap_or(name)
}
