//! An authentication scheme that a service accepts.

use std::{fmt, sync::Arc};

use actix_web::http::header::HeaderName;

use super::{
    authenticate::{Authenticate, IntoAuthenticate, Own},
    bearer::{self, BEARER},
    grammar::Alphabet,
    occasion::OccasionalParameters,
    presented::Head,
    source::Source,
};

/// An authentication scheme that a service accepts: its name, where its credential is presented, its challenge and its
/// [`Authenticate`].
///
/// A credential stands in `Authorization` behind the scheme's name, unless a method below says otherwise.
///
/// | credential | presented | beside another credential |
/// |---|---|---|
/// | in `Authorization`, in a [`header`](Self::header), in a [query](Self::dangerous_query), [by a function](Self::presented_by) | on purpose | two of these are answered 400, whoever they belong to |
/// | in a [`cookie`](Self::cookie), by the [`connection`](Self::connection), [`ambient`](Self::ambient) | by itself | counts only where none was presented on purpose; the scheme that was added first decides |
///
/// A credential that decides and is refused is never replaced by another one.
///
/// # Example
/// ```
/// use auth_runtime::{Authorizer, Credential, Denial, InvalidCredential, Principal, Scheme};
///
/// let keys = Scheme::new("ApiKey", |key: &Credential<'_>| match key.value() {
///     "a key that was looked up" => Ok(Principal::builder().subject("shop").build()),
///     _ => Err(Denial::InvalidCredential(InvalidCredential::Refused("unknown key"))),
/// })
/// .header("x-api-key");
/// let authorizer = Authorizer::builder().realm("orders").scheme(keys).build()?;
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Scheme {
    pub(crate) name: String,
    /// The parameters that end the challenge.
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) source: Source,
    pub(crate) authenticate: Arc<dyn Authenticate>,
    pub(crate) alphabet: Alphabet,
    /// Writes the parameters of the challenge that depend on the occasion, errors among them. None where a scheme has no
    /// such parameters.
    pub(crate) occasional: Option<OccasionalParameters>,
    /// Whether a credential proves the same as long as it is valid, because one of this crate's verifiers says so.
    pub(crate) is_own: bool,
    is_advertised: bool,
    is_ambient: bool,
}

impl Scheme {
    /// A scheme of this name, whose credentials are any printable ASCII. Those of `Bearer` are a token68 (RFC 9110 §11.2),
    /// and its challenges carry the parameters of RFC 6750.
    pub fn new<Form>(name: impl Into<String>, authenticate: impl IntoAuthenticate<Form>) -> Self {
        let name = name.into();
        let authenticate = authenticate.into_authenticate();
        let is_bearer = name.eq_ignore_ascii_case(BEARER);
        Self {
            name: if is_bearer { BEARER.to_owned() } else { name },
            parameters: Vec::new(),
            source: Source::Authorization,
            is_own: authenticate.is_own(Own(())),
            authenticate: Arc::new(authenticate),
            alphabet: if is_bearer { Alphabet::Token68 } else { Alphabet::Printable },
            occasional: is_bearer.then_some(bearer::parameters),
            is_advertised: true,
            is_ambient: false,
        }
    }

    /// Counts the credential as one that comes by itself: it decides only where no other one was presented on purpose.
    pub fn ambient(mut self) -> Self {
        self.is_ambient = true;
        self
    }

    /// Takes the credential from what the connection proves, such as the certificate of a client. `read` finds it in the
    /// head of the request; `None` is no credential.
    ///
    /// Nothing that a request could send would replace such a credential, so the scheme has no challenge. Where every
    /// scheme is of this kind, a caller without a credential is answered 403.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Credential, Principal, Scheme};
    ///
    /// /// Set by `HttpServer::on_connect`.
    /// struct ClientName(String);
    ///
    /// let certificates = Scheme::new("Certificate", |name: &Credential<'_>| {
    ///     Ok(Principal::builder().subject(name.value()).build())
    /// })
    /// .connection(|head| head.conn_data::<ClientName>().map(|ClientName(name)| name.clone()));
    /// ```
    pub fn connection(mut self, read: impl Fn(&Head<'_>) -> Option<String> + Send + Sync + 'static) -> Self {
        self.source = Source::Connection(Arc::new(read));
        self
    }

    /// Takes the credential from the cookie of this name. Browsers send cookies by themselves, with requests that other
    /// sites make too.
    pub fn cookie(mut self, name: impl Into<String>) -> Self {
        self.source = Source::Cookie(name.into());
        self
    }

    /// Takes the credential from the parameter of this name in the query.
    ///
    /// That is dangerous: the address of a request is written into logs, histories and `Referer` fields. It is for what
    /// is good once and briefly, such as a ticket for a WebSocket (RFC 6750 §2.3, §5.3).
    pub fn dangerous_query(mut self, name: impl Into<String>) -> Self {
        self.source = Source::Query(name.into());
        self
    }

    /// Takes the credential from the field of this name, such as `x-api-key`. The whole value is the credential.
    pub fn header(mut self, name: impl AsRef<str>) -> Self {
        self.source = Source::Field(HeaderName::from_bytes(name.as_ref().as_bytes()).ok());
        self
    }

    /// Adds a parameter at the end of the challenge. Names are written in lower case.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into().to_ascii_lowercase(), value.into()));
        self
    }

    /// Takes the credential from wherever `read` finds it in the head of the request; `None` is no credential.
    pub fn presented_by(
        mut self,
        read: impl Fn(&Head<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.source = Source::Head(Arc::new(read));
        self
    }

    /// Leaves the scheme out of the challenges: it is accepted, and nobody is asked for it.
    pub fn unadvertised(mut self) -> Self {
        self.is_advertised = false;
        self
    }

    /// Whether a request that sent something could cure the lack of this scheme's credential.
    pub(crate) fn is_curable(&self) -> bool {
        !matches!(self.source, Source::Connection(_))
    }

    /// Whether the scheme has a challenge.
    pub(crate) fn is_advertised(&self) -> bool {
        self.is_advertised && self.is_curable()
    }

    /// Whether the credential comes by itself.
    pub(crate) fn is_ambient(&self) -> bool {
        self.is_ambient || self.source.is_ambient()
    }

    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name == name || self.name.eq_ignore_ascii_case(name)
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheme")
            .field("name", &self.name)
            .field("source", &self.source)
            .field("parameters", &self.parameters)
            .finish_non_exhaustive()
    }
}
