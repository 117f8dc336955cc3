//! What an application protects one by one: orders, documents. What it is, who may see it, and who may do what to it.

use std::future::Future;

use actix_web::{HttpRequest, web};
use serde::de::DeserializeOwned;

use crate::policy::{
    decision::{Decision, Denial},
    principal::Principal,
    requirement::Requirement,
};

/// A resource that a request names in its path. A handler gets it as an [`Access`](crate::Access), which is loaded and
/// authorized before the handler runs.
///
/// # Example
/// ```
/// use auth_runtime::{Access, Action, Decision, Denial, Lookup, Principal, Requirement, Resource, require_auth};
///
/// struct Order {
///     customer: String,
///     shipped: bool,
/// }
///
/// impl Resource for Order {
///     type Id = u64;
///
///     async fn load(lookup: Lookup<u64>) -> Result<Option<Self>, Denial> {
///         // … ask the store …
///         let found = *lookup.id() == 1;
///         Ok(found.then(|| Order { customer: "alice".to_owned(), shipped: false }))
///     }
///
///     fn is_visible_to(&self, principal: &Principal) -> bool {
///         principal.subject() == Some(&self.customer)
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
    /// What names it in the path, as `T` in `web::Path<T>`: a number, a text, a tuple, a struct that names its parameters.
    /// A path that holds none is answered as an absent resource is, so parse it here, and not in [`load`](Self::load).
    type Id: DeserializeOwned + 'static;

    /// Looks the resource up. It is called once the caller is authenticated and meets the handler's requirement, and
    /// before anything else of the request is read.
    ///
    /// # Errors
    /// `?` on any error is [`Denial::Failed`] (500), so it belongs behind the store, and not behind what the caller sent.
    /// [`Denial::Unavailable`] is 503. Neither is ever turned into a 404; every other denial is answered as an absent
    /// resource is.
    fn load(lookup: Lookup<Self::Id>) -> impl Future<Output = Result<Option<Self>, Denial>>;

    /// Whether `principal` may know that the resource is there. If not, the answer is that of an absent one.
    fn is_visible_to(&self, principal: &Principal) -> bool;
}

/// What can be done to a resource, and by whom. It is a type, so that a misspelt one does not compile.
///
/// [`Resource`] has an example.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no action on `{R}`",
    label = "does not say who may do it",
    note = "implement `auth_runtime::Action<{R}>` for `{Self}`"
)]
pub trait Action<R: Resource>: 'static {
    /// What the principal has to hold, whatever the resource. Nothing by default.
    ///
    /// Unlike the requirement of an attribute it is looked at when the resource is known to be visible: who may see it
    /// gets an honest 403, everybody else the not-found answer.
    const REQUIREMENT: Requirement = Requirement::authenticated();

    /// Whether `principal`, who can see `resource`, may do it. A denial is 403, but for [`Denial::Invisible`] and
    /// [`Denial::Absent`], which are the not-found answer, and failures.
    fn authorize(principal: &Principal, resource: &R) -> Decision;
}

/// The action of looking: everyone who can see a resource may do it.
#[derive(Clone, Copy, Debug)]
pub enum Read {}

impl<R: Resource> Action<R> for Read {
    fn authorize(_: &Principal, _: &R) -> Decision {
        Decision::Allow
    }
}

/// Which resource a request asks for, and on whose behalf.
///
/// There is one only for a caller who was authenticated, so that [`Resource::load`] is not called by anybody else.
#[derive(Debug)]
pub struct Lookup<Id> {
    id: Id,
    principal: Principal,
    request: HttpRequest,
}

impl<Id> Lookup<Id> {
    pub(crate) fn new(id: Id, principal: Principal, request: HttpRequest) -> Self {
        Self { id, principal, request }
    }

    /// A lookup of one's own. What [`Resource::load`] makes of it was authorized by nobody.
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

    /// The application's `web::Data<T>`.
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

    /// The same for a resource that this one belongs to. What is loaded with it is authorized by nobody, unless
    /// [`is_visible_to`](Resource::is_visible_to) asks it.
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

    /// What names the resource.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// On whose behalf it is loaded.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The request that asks for it. Its body is out of reach.
    pub fn request(&self) -> &HttpRequest {
        &self.request
    }
}
