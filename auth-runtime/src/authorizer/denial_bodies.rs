//! The application's choice of bodies for denials.

use std::{fmt, sync::Arc};

use actix_web::HttpRequest;

use crate::answer::{body::DenialBody, denied::Denied};

/// Chooses the body of a denial. `None` stands for the default body.
#[derive(Clone, Default)]
pub(crate) struct DenialBodies(Option<Arc<Choice>>);

type Choice = dyn Fn(&HttpRequest, &Denied) -> Option<DenialBody> + Send + Sync;

impl DenialBodies {
    pub(crate) fn of(
        choice: impl Fn(&HttpRequest, &Denied) -> Option<DenialBody> + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Arc::new(choice)))
    }

    pub(crate) fn choose(&self, request: &HttpRequest, denied: &Denied) -> Option<DenialBody> {
        self.0.as_ref().and_then(|choice| choice(request, denied))
    }
}

impl fmt::Debug for DenialBodies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "DenialBodies(..)" } else { "DenialBodies" })
    }
}
