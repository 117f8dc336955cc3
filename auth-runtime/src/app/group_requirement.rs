//! The requirement of a group of routes, which is checked before routing inside the group.

use actix_web::HttpRequest;

use super::admission::{Admission, AdmissionMiddleware};
use crate::{
    answer::denied::Denied,
    authorizer::{Authorizer, authorize::admit_to_group},
    policy::{
        requirement::Requirement,
        statement::{Hide, Terms},
    },
};

/// A middleware that lets in the principals who meet a requirement:
/// `web::scope("/admin").wrap(authorizer.require(..))`.
///
/// - Its denials are the same as those of an attribute. It denies before anything behind it is routed, so the paths
///   inside the group stay unknown to everyone who is denied.
/// - A handler behind it still states its own requirement. A `public` handler or service is open to everyone who is let
///   in here, and to nobody else.
/// - The access table shows the requirement if the middleware is wrapped directly around a [`Group`](crate::Group), and
///   not if another middleware holds it.
///
/// Wrap the requirement last. A middleware around it changes the denials too, and a field that the middleware adds
/// would give a hidden group away. Without an
/// [`Api`](crate::Api) the handlers behind the requirement need the authorizer in the application's `app_data` as well.
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
pub type GroupRequirement = AdmissionMiddleware<MeetsRequirement>;

/// The admission of a [`GroupRequirement`], which lets in the principals who meet the requirement.
#[derive(Clone, Copy, Debug)]
pub struct MeetsRequirement(pub(crate) Terms);

impl Authorizer {
    /// Returns a middleware for a group of routes, which lets in the principals who meet `requirement`. See
    /// [`GroupRequirement`].
    pub fn require(&self, requirement: Requirement) -> GroupRequirement {
        AdmissionMiddleware::new(self, MeetsRequirement(Terms { requirement, hide: Hide::Never }))
    }
}

impl GroupRequirement {
    /// Hides the group from those who are not let in. By default, it is hidden from nobody.
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
