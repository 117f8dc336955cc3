//! The application's own body for a denial.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::header::{ContentType, HeaderName, VARY},
    web::Bytes,
};
use serde_json::Value;

/// The body that an application sends with a denial, in place of `application/problem+json`. The status and the
/// challenges stay as they are.
///
/// # Example
/// ```
/// use actix_web::http::header::ACCEPT;
/// use auth_runtime::{settings::DenialBody, Authorizer, Principal};
///
/// # let jwt = |_: &auth_runtime::Credential<'_>| Ok(Principal::builder().build());
/// let authorizer = Authorizer::builder()
///     .bearer(jwt)
///     .denial_body(|request, _| {
///         let accept = request.headers().get(ACCEPT)?.to_str().ok()?;
///         accept.contains("text/html").then(|| DenialBody::html("<p>log in</p>").vary(ACCEPT))
///     })
///     .build()?;
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct DenialBody {
    content_type: ContentType,
    vary: Option<HeaderName>,
    body: Bytes,
}

impl DenialBody {
    /// Makes a body of any content type.
    pub fn new(content_type: ContentType, body: impl Into<Bytes>) -> Self {
        Self { content_type, vary: None, body: body.into() }
    }

    /// Makes a body that is an HTML page.
    pub fn html(page: impl Into<String>) -> Self {
        Self::new(ContentType::html(), page.into())
    }

    /// Makes a body that is a JSON document.
    pub fn json(document: &Value) -> Self {
        Self::new(ContentType::json(), document.to_string())
    }

    /// Names the request field that the body was chosen by. The answer lists it in `Vary` (RFC 9110 §12.5.5).
    pub fn vary(self, field: HeaderName) -> Self {
        Self { vary: Some(field), ..self }
    }

    pub(crate) fn send(&self, mut response: HttpResponseBuilder) -> HttpResponse {
        response.content_type(self.content_type.clone());
        if let Some(field) = &self.vary {
            response.insert_header((VARY, field.as_str()));
        }
        response.body(self.body.clone())
    }
}
