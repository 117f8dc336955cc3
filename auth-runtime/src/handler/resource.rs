//! Resources, which an application protects one by one: who may see an order, and who may do what to it.

use std::{
    fmt,
    future::{Future, ready},
};

use actix_web::{HttpRequest, web};
use serde::de::DeserializeOwned;

use crate::policy::{
    decision::{Decision, Denial},
    principal::Principal,
    requirement::Requirement,
};

/// A resource that a request names in its path, such as an order. A handler takes the resource as an
/// [`Access`](crate::Access), which is loaded and authorized before the handler runs.
///
/// # Example
/// ```
/// use auth_runtime::{
///     Access, Action, Decision, Denial, Lookup, Principal, PrincipalId, Requirement, Resource, require_auth,
/// };
///
/// struct Order {
///     customer: PrincipalId,
///     shipped: bool,
/// }
///
/// impl Resource for Order {
///     type Id = u64;
///
///     async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> {
///         // … ask the store …
///         let found = *lookup.id() == 1;
///         let customer = PrincipalId::new("https://id.example", "alice");
///         Ok(found.then(|| Order { customer, shipped: false }))
///     }
///
///     fn is_visible_to(&self, principal: &Principal) -> bool {
///         principal.id() == Some(&self.customer)
///     }
/// }
///
/// struct Cancel;
///
/// impl Action<Order> for Cancel {
///     const REQUIREMENT: Requirement = Requirement::scope("orders:write");
///
///     fn authorize(_: &Principal, order: &Order) -> Decision {
///         if order.shipped { Decision::Deny(Denial::Refused("the order has shipped")) } else { Decision::Allow }
///     }
/// }
///
/// #[require_auth]
/// #[actix_web::delete("/orders/{id}")]
/// async fn cancel(order: Access<Order, Cancel>) -> String {
///     format!("cancelled for {}", order.customer)
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no resource",
    label = "does not say how it is loaded, and who may see it",
    note = "implement `auth_runtime::Resource` for `{Self}`"
)]
pub trait Resource: Sized + 'static {
    /// The id of the resource in the path, as `T` in `web::Path<T>`: a number, a text, a tuple, or a struct with the names
    /// of the path's parameters. A path without such an id is answered like an absent resource, so an id is parsed by its
    /// type, and not in [`load`](Self::load).
    type Id: DeserializeOwned + 'static;

    /// Loads the resource. The caller is authenticated then and meets the handler's requirement, and nothing else of the
    /// request was read.
    ///
    /// # Errors
    /// `?` turns any error into [`Denial::Failed`] (500), so `?` belongs behind calls of the store, and not behind what the
    /// caller sent. [`Denial::Unavailable`] is 503. Neither of the two is ever a 404; every other denial is answered like
    /// an absent resource.
    fn load(lookup: Lookup<Self::Id>) -> impl Future<Output = Result<Option<Self>, Denial>>;

    /// Whether `principal` may know that the resource exists. If not, the answer is that of an absent resource.
    ///
    /// A resource that cannot know that alone returns `false`, and asks in
    /// [`check_visibility`](Self::check_visibility).
    fn is_visible_to(&self, principal: &Principal) -> bool;

    /// Whether the principal of `lookup` may know that the resource exists, if somebody has to be asked. By default, nobody
    /// is asked, and [`is_visible_to`](Self::is_visible_to) decides.
    ///
    /// What a store knows is better loaded together with the resource, in one query.
    ///
    /// # Errors
    /// As of [`load`](Self::load).
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Denial, Lookup, Principal, Resource};
    ///
    /// struct Task {
    ///     project: u64,
    /// }
    ///
    /// /// Asks the service that knows who is in a project.
    /// async fn is_member(principal: &Principal, project: u64) -> std::io::Result<bool> {
    ///     // … ask it …
    ///     Ok(project == 1 && principal.id().is_some())
    /// }
    ///
    /// impl Resource for Task {
    ///     type Id = u64;
    ///
    ///     async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> {
    ///         Ok((*lookup.id() == 1).then_some(Task { project: 1 }))
    ///     }
    ///
    ///     fn is_visible_to(&self, _: &Principal) -> bool {
    ///         false // to nobody without asking
    ///     }
    ///
    ///     async fn check_visibility(&self, lookup: &Lookup<()>) -> Result<bool, Denial> {
    ///         Ok(is_member(lookup.principal(), self.project).await?)
    ///     }
    /// }
    /// ```
    fn check_visibility(&self, lookup: &Lookup<()>) -> impl Future<Output = Result<bool, Denial>> {
        ready(Ok(self.is_visible_to(lookup.principal())))
    }
}

/// An action on a resource, and who may do it. An action is a type, so that a misspelt action does not compile.
///
/// [`Resource`] has an example.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no action on `{R}`",
    label = "does not say who may do it",
    note = "implement `auth_runtime::Action<{R}>` for `{Self}`"
)]
pub trait Action<R: Resource>: 'static {
    /// What the principal has to hold, for every resource. By default the principal has to hold nothing.
    ///
    /// The requirement of an action is evaluated when the resource is known to be visible, unlike the requirement of an
    /// attribute. A principal who may see the resource gets a 403, and everybody else the not-found answer.
    const REQUIREMENT: Requirement = Requirement::authenticated();

    /// Whether the action is [`Read`]. No other action is: one that says so may do less than before, and never more.
    #[doc(hidden)]
    const IS_READ: bool = false;

    /// Whether `principal`, who can see `resource`, may do the action. A denial is 403, except for [`Denial::Invisible`]
    /// and [`Denial::Absent`], which are the not-found answer, and except for failures.
    ///
    /// An action that cannot decide that alone denies, and asks in [`check`](Self::check).
    fn authorize(principal: &Principal, resource: &R) -> Decision;

    /// Whether the principal of `lookup`, who can see `resource`, may do the action, if somebody has to be asked. By
    /// default, nobody is asked, and [`authorize`](Self::authorize) decides.
    ///
    /// # Errors
    /// An error denies, as `Decision::Deny` does. `?` turns any error into [`Denial::Failed`] (500).
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Action, Decision, Denial, Lookup, Principal, Resource};
    ///
    /// # struct Order { id: u64 }
    /// # impl Resource for Order {
    /// #     type Id = u64;
    /// #     async fn load(_: Lookup<u64>) -> Result<Option<Self>, Denial> { Ok(None) }
    /// #     fn is_visible_to(&self, _: &Principal) -> bool { true }
    /// # }
    /// struct Cancel;
    ///
    /// /// Asks the carrier.
    /// async fn has_left(order: u64) -> std::io::Result<bool> {
    ///     // … ask …
    ///     Ok(order == 1)
    /// }
    ///
    /// impl Action<Order> for Cancel {
    ///     fn authorize(_: &Principal, _: &Order) -> Decision {
    ///         Decision::Deny(Denial::Forbidden) // to nobody without asking
    ///     }
    ///
    ///     async fn check(order: &Order, _: &Lookup<()>) -> Result<Decision, Denial> {
    ///         Ok(Decision::from(!has_left(order.id).await?))
    ///     }
    /// }
    /// ```
    fn check(resource: &R, lookup: &Lookup<()>) -> impl Future<Output = Result<Decision, Denial>> {
        ready(Ok(Self::authorize(lookup.principal(), resource)))
    }
}

/// The action of reading, which everyone may do who can see the resource. `Access<Order>` is `Access<Order, Read>`.
///
/// A handler of a method that is not safe, such as DELETE or PUT, does not compile if all that it accesses is for
/// reading: who may see an order is not who may delete it. GET, HEAD, OPTIONS and TRACE are safe (RFC 9110 §9.2.1).
#[derive(Clone, Copy, Debug)]
pub enum Read {}

impl<R: Resource> Action<R> for Read {
    const IS_READ: bool = true;

    fn authorize(_: &Principal, _: &R) -> Decision {
        Decision::Allow
    }
}

/// The id of a resource, and the principal for whom the resource is loaded.
///
/// Only an authenticated request makes a `Lookup`, so [`Resource::load`] is called for nobody else.
pub struct Lookup<Id> {
    id: Id,
    principal: Principal,
    request: HttpRequest,
}

/// Leaves out the request, whose fields and query may hold credentials.
impl<Id: fmt::Debug> fmt::Debug for Lookup<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup")
            .field("id", &self.id)
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}

impl<Id> Lookup<Id> {
    pub(crate) fn new(id: Id, principal: Principal, request: HttpRequest) -> Self {
        Self { id, principal, request }
    }

    /// Makes a lookup by hand. The resource that [`Resource::load`] returns for it was authorized by nobody.
    ///
    /// # Example
    /// ```
    /// use actix_web::{HttpRequest, Responder};
    /// use auth_runtime::{Denial, Lookup, Principal, Resource, require_role};
    ///
    /// # struct Order { id: u64 }
    /// # impl Resource for Order {
    /// #     type Id = u64;
    /// #     async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> { Ok(Some(Order { id: *lookup.id() })) }
    /// #     fn is_visible_to(&self, _: &Principal) -> bool { false }
    /// # }
    /// #[require_role("support")]
    /// async fn first(principal: Principal, request: HttpRequest) -> impl Responder {
    ///     let lookup = Lookup::dangerous_without_authorization(1, principal, request);
    ///     Order::load(lookup).await.ok().flatten().map_or(0, |order| order.id).to_string()
    /// }
    /// ```
    pub fn dangerous_without_authorization(id: Id, principal: Principal, request: HttpRequest) -> Self {
        Self::new(id, principal, request)
    }

    /// Returns the application's `web::Data<T>`.
    ///
    /// # Errors
    /// [`Denial::Failed`] (500), with a log line that says what to add, if the application has none.
    pub fn data<T: ?Sized + 'static>(&self) -> Result<&web::Data<T>, Denial> {
        self.request.app_data::<web::Data<T>>().ok_or_else(|| Denial::Failed {
            cause: format!(
                "no `web::Data<{}>` in the app; add it with `.app_data(web::Data::new(..))`",
                std::any::type_name::<T>()
            ),
        })
    }

    /// Makes the lookup of a resource to which this resource belongs. Nobody authorizes that other resource, unless
    /// [`is_visible_to`](Resource::is_visible_to) of this one asks it, or
    /// [`check_visibility`](Resource::check_visibility) where the other one overrides that.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Denial, Lookup, Principal, Resource};
    ///
    /// # struct Team;
    /// # impl Resource for Team {
    /// #     type Id = String;
    /// #     async fn load(_: Lookup<String>) -> Result<Option<Self>, Denial> { Ok(Some(Team)) }
    /// #     fn is_visible_to(&self, _: &Principal) -> bool { true }
    /// # }
    /// struct Page {
    ///     team: Team,
    /// }
    ///
    /// impl Resource for Page {
    ///     type Id = (String, u64);
    ///
    ///     async fn load(lookup: Lookup<Self::Id>) -> Result<Option<Self>, Denial> {
    ///         let (team, _) = lookup.id();
    ///         let team = Team::load(lookup.with_id(team.clone())).await?;
    ///         Ok(team.map(|team| Page { team }))
    ///     }
    ///
    ///     fn is_visible_to(&self, principal: &Principal) -> bool {
    ///         self.team.is_visible_to(principal)
    ///     }
    /// }
    /// ```
    pub fn with_id<Other>(&self, id: Other) -> Lookup<Other> {
        Lookup::new(id, self.principal.clone(), self.request.clone())
    }

    /// Returns the id of the resource.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// Returns the principal for whom the resource is loaded.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Returns the request that asks for the resource. The body of the request is out of reach.
    pub fn request(&self) -> &HttpRequest {
        &self.request
    }
}
