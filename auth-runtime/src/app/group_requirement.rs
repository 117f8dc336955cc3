//! A requirement for a group of routes, before routing inside it.

use actix_web::HttpRequest;

use super::front::{Admission, Front};
use crate::{
    answer::denied::Denied,
    authorizer::{Authorizer, authorize::admit_to_group},
    policy::{
        requirement::Requirement,
        statement::{Hide, Terms},
    },
};

/// A middleware that lets in principals who meet a requirement: `web::scope("/admin").wrap(authorizer.require(..))`.
///
/// Its denials are those of an attribute. They are given before anything behind it is routed, so nobody else learns which
/// paths there are. What is registered behind it states its own requirement beside; a `public` handler or service is open
/// to those alone who are let in here. In a [`Group`](crate::Group) the requirement shows in the access table, if it is
/// what is wrapped, and not inside another middleware.
///
/// Wrap it last: what is wrapped around it answers too, and a field that is added there gives a hidden group away. The
/// authorizer has to be in the application's `app_data` as well, for the handlers behind it.
///
/// # Example
/// ```
/// use actix_web::{App, web};
/// use auth_runtime::{Authorizer, Hide, Principal, Requirement};
///
/// # let jwt = |_: &auth_runtime::Credential<'_>| Ok(Principal::builder().build());
/// let authorizer = Authorizer::builder().bearer(jwt).build()?;
/// let admin = web::scope("/admin").wrap(authorizer.require(Requirement::role("admin")).hide(Hide::Unauthorized));
/// let app = App::new().app_data(authorizer.clone()).service(admin);
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
pub type GroupRequirement = Front<MeetsRequirement>;

/// Whom a [`GroupRequirement`] lets in: principals who meet its requirement.
#[derive(Clone, Copy, Debug)]
pub struct MeetsRequirement(pub(crate) Terms);

impl Authorizer {
    /// A middleware that lets in principals who meet `requirement`, for a group of routes. See [`GroupRequirement`].
    pub fn require(&self, requirement: Requirement) -> GroupRequirement {
        Front::new(self, MeetsRequirement(Terms { requirement, hide: Hide::Never }))
    }
}

impl GroupRequirement {
    /// Hides the group from those who are not let in. From nobody by default.
    pub fn hide(mut self, hide: Hide) -> Self {
        self.admission.0.hide = hide;
        self
    }
}

impl Admission for MeetsRequirement {
    async fn admit(&self, request: &HttpRequest, authorizer: &Authorizer) -> Result<(), Denied> {
        admit_to_group(request, authorizer, self.0).await
    }
}
