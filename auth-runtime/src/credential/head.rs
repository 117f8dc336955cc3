//! A credential as a request presents it, and the head of the request.

use std::{fmt, net::SocketAddr};

use actix_web::{
    HttpRequest,
    http::{Method, Uri, header::HeaderMap},
};

/// The head of a request: its method, target, fields, peer address and connection. It gives no access to the body.
#[derive(Clone, Copy)]
pub struct Head<'request>(&'request HttpRequest);

impl<'request> Head<'request> {
    pub(crate) fn of(request: &'request HttpRequest) -> Self {
        Self(request)
    }

    /// Returns the application's data of this type, as in `head.app_data::<web::Data<Store>>()`.
    pub fn app_data<T: 'static>(&self) -> Option<&'request T> {
        self.0.app_data()
    }

    /// Returns the connection data of this type that `HttpServer::on_connect` has set, such as the certificate of a
    /// client.
    pub fn conn_data<T: 'static>(&self) -> Option<&'request T> {
        self.0.conn_data()
    }

    /// Returns the request itself.
    #[cfg(feature = "session")]
    pub(crate) fn request(self) -> &'request HttpRequest {
        self.0
    }

    /// Returns the header fields of the request.
    pub fn headers(&self) -> &'request HeaderMap {
        self.0.headers()
    }

    /// Returns the method of the request.
    pub fn method(&self) -> &'request Method {
        self.0.method()
    }

    /// Returns the address of the peer. Behind a proxy, that is the address of the proxy. It is `None` for Unix
    /// sockets.
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        self.0.peer_addr()
    }

    /// Returns the target of the request: its path and query.
    pub fn uri(&self) -> &'request Uri {
        self.0.uri()
    }
}

/// Leaves out the fields, because they hold credentials.
impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head")
            .field("method", self.method())
            .field("path", &self.uri().path())
            .finish_non_exhaustive()
    }
}

/// A credential as a request presents it. None of it is proven.
///
/// # Example
/// ```
/// use auth_runtime::{Credential, Principal, Refusal};
///
/// fn authenticate(credential: &Credential<'_>) -> Result<Principal, Refusal> {
///     let owner = owner_of(credential.value()).ok_or(Refusal::invalid("unknown key"))?;
///     Ok(Principal::builder().subject(owner).build())
/// }
/// # fn owner_of(_: &str) -> Option<String> { None }
/// ```
#[derive(Clone, Copy)]
pub struct Credential<'request> {
    head: Head<'request>,
    scheme: &'request str,
    value: &'request str,
}

impl<'request> Credential<'request> {
    pub(crate) fn new(request: &'request HttpRequest, scheme: &'request str, value: &'request str) -> Self {
        Self { head: Head::of(request), scheme, value }
    }

    /// Returns the head of the request that presents the credential.
    pub fn head(&self) -> Head<'request> {
        self.head
    }

    /// Returns the name of the scheme. A credential in `Authorization` has the spelling of the request, and every other
    /// one the application's spelling. Scheme names ignore case (RFC 9110 §11.1).
    pub fn scheme(&self) -> &'request str {
        self.scheme
    }

    /// Returns the credential itself: what follows the scheme in `Authorization`, or the value of the scheme's own
    /// field, cookie or parameter, or what the application's function found. The value is not empty, has no spaces
    /// around it and is printable ASCII. Never log it.
    pub fn value(&self) -> &'request str {
        self.value
    }

    /// Copies the credential for a future that outlives the borrowed request.
    pub(crate) fn owned(self) -> OwnedCredential {
        OwnedCredential {
            request: self.head.0.clone(),
            scheme: self.scheme.to_owned(),
            value: self.value.to_owned(),
        }
    }
}

/// Writes only the scheme, because the value is a secret.
impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

/// A [`Credential`] that owns its values.
pub(crate) struct OwnedCredential {
    request: HttpRequest,
    scheme: String,
    value: String,
}

impl OwnedCredential {
    pub(crate) fn borrow(&self) -> Credential<'_> {
        Credential::new(&self.request, &self.scheme, &self.value)
    }
}
