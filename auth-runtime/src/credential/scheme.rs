//! An authentication scheme that a service accepts.

use std::{fmt, sync::Arc};

use actix_web::http::header::HeaderName;

use super::{
    accepted_issuers::{AcceptedIssuers, of_issuer},
    authenticate::{Authenticate, IntoAuthenticate, Own},
    bearer::{self, BEARER},
    grammar::Alphabet,
    head::Head,
    occasion::OccasionalParameters,
    source::Source,
};
use crate::policy::{decision::Denial, principal::Principal, principal_id::scheme_as_issuer};

/// An authentication scheme that a service accepts: its name, its challenge, its [`Authenticate`], and where its
/// credential is presented.
///
/// The credential follows the scheme's name in `Authorization`, unless one of the methods below says otherwise.
///
/// | credential | presented | beside another credential |
/// |---|---|---|
/// | in `Authorization`, in a [`header`](Self::header), in a [query](Self::dangerous_query), [by a function](Self::presented_by) | on purpose | two of these are answered 400, even if they belong to the same caller |
/// | in a [`cookie`](Self::cookie), by the [`connection`](Self::connection), [`ambient`](Self::ambient) | by itself (ambient) | counts only if none was presented on purpose; the scheme that was added first decides |
///
/// A refused credential is never replaced by another one of the same request.
///
/// [`ApiKeys`](crate::api_key::ApiKeys) and `Basic` are schemes that need no authenticator of your own.
///
/// # Example
/// ```
/// use auth_runtime::{Authorizer, Credential, Principal, Refusal, Scheme};
///
/// let badges = Scheme::new("Badge", |badge: &Credential<'_>| match badge.value() {
///     "a badge that was looked up" => Ok(Principal::builder().subject("shop").build()),
///     _ => Err(Refusal::invalid("unknown badge")),
/// })
/// .header("x-badge");
/// let authorizer = Authorizer::builder().realm("orders").scheme(badges).build()?;
/// # Ok::<(), auth_runtime::ConfigError>(())
/// ```
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Scheme {
    pub(crate) name: String,
    /// The parameters at the end of the challenge.
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) source: Source,
    pub(crate) authenticate: Arc<dyn Authenticate>,
    pub(crate) alphabet: Alphabet,
    /// Writes the parameters of the challenge that depend on the occasion, such as the error. It is `None` if the
    /// scheme has no such parameters.
    pub(crate) occasional: Option<OccasionalParameters>,
    /// Whether the authenticator is one of this crate's verifiers, so that its answer depends only on the credential
    /// and its validity.
    pub(crate) is_own: bool,
    /// Whether the answer about a credential is kept for the rest of its request.
    pub(crate) is_kept: bool,
    /// The issuer that the application names for its own authenticator.
    pub(crate) issuer: Option<String>,
    /// How many places were given to the credential beside `Authorization`.
    pub(crate) places: u8,
    /// The origins whose pages may send the credential with requests that change something, beside the service's own;
    /// `None` if nobody asks from where they come.
    pub(crate) origins: Option<Vec<String>>,
    is_advertised: bool,
    is_ambient: bool,
}

impl Scheme {
    /// Makes a scheme of this name. Its credentials may be any printable ASCII. Credentials of `Bearer` are a token68
    /// (RFC 9110 §11.2), and Bearer challenges carry the parameters of RFC 6750.
    pub fn new<Form>(name: impl Into<String>, authenticate: impl IntoAuthenticate<Form>) -> Self {
        let name = name.into();
        let authenticate = authenticate.into_authenticate();
        let is_bearer = name.eq_ignore_ascii_case(BEARER);
        Self {
            name: if is_bearer { BEARER.to_owned() } else { name },
            parameters: Vec::new(),
            source: Source::Authorization,
            is_own: authenticate.is_own(Own(())),
            is_kept: true,
            issuer: None,
            authenticate: Arc::new(authenticate),
            alphabet: if is_bearer { Alphabet::Token68 } else { Alphabet::Printable },
            occasional: is_bearer.then_some(bearer::parameters),
            places: 0,
            origins: Some(Vec::new()),
            is_advertised: true,
            is_ambient: false,
        }
    }

    /// Makes the credential ambient, which means that clients send it by themselves, as browsers send cookies. An
    /// ambient credential counts only if no credential was presented on purpose.
    pub fn ambient(mut self) -> Self {
        self.is_ambient = true;
        self
    }

    /// Takes the credential from the connection, such as the certificate of a client. `read` finds it in the head of
    /// the request; `None` means that there is no credential.
    ///
    /// What `read` returns has to be printable ASCII: encode names of people and the like, because other characters are
    /// answered 400. A request cannot send such a credential, so the scheme has no challenge. If every scheme takes its credential
    /// from the connection, a caller without a credential is answered 403.
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
        self.place(Source::Connection(Arc::new(read)));
        self
    }

    /// Takes the credential from the cookie of this name. Browsers send cookies by themselves, even with requests that
    /// other sites trigger.
    pub fn cookie(mut self, name: impl Into<String>) -> Self {
        self.place(Source::Cookie(name.into()));
        self
    }

    /// Takes the credential from the query parameter of this name.
    ///
    /// This is dangerous: the address of a request ends up in logs, histories and `Referer` fields. Use it only for a
    /// credential that is valid once and briefly, such as a ticket for a WebSocket (RFC 6750 §2.3, §5.3).
    pub fn dangerous_query(mut self, name: impl Into<String>) -> Self {
        self.place(Source::Query(name.into()));
        self
    }

    /// Takes the credential from the field of this name, such as `x-api-key`. The whole value is the credential.
    ///
    /// If clients send the field by themselves, or a proxy adds it for them, say [`ambient`](Self::ambient) too. Otherwise the
    /// pages of other sites act in the name of the caller.
    pub fn header(mut self, name: impl AsRef<str>) -> Self {
        self.place(Source::Field(HeaderName::from_bytes(name.as_ref().as_bytes()).ok()));
        self
    }

    /// Names the issuer of every principal of this scheme, for an authenticator of your own. Without this call, a principal
    /// whose authenticator names no issuer is of the issuer `scheme:` and the scheme's name, such as `scheme:ApiKey`.
    ///
    /// With this call, a principal of another issuer is answered 500, and a
    /// [`RevocationList`](crate::revocation::RevocationList) knows which issuers there are.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Authorizer, Credential, Principal, Scheme};
    ///
    /// let keys = Scheme::new("ApiKey", |key: &Credential<'_>| {
    ///     // … ask the store …
    ///     Ok(Principal::builder().subject("shop").build())
    /// })
    /// .header("x-api-key")
    /// .issuer("https://partners.example");
    /// let authorizer = Authorizer::builder().scheme(keys).build()?;
    /// # Ok::<(), auth_runtime::ConfigError>(())
    /// ```
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Lets pages of this origin send the credential with requests that change something, beside the pages of the service
    /// itself. Each further call adds another origin, such as `https://app.example`: scheme, host and port, if the port is
    /// not the scheme's default.
    ///
    /// Browsers send some credentials by themselves, also with requests that pages of other sites make: cookies,
    /// certificates, and passwords in `Basic`. A request with such a credential is therefore asked from where it comes, if
    /// its method is not GET, HEAD, OPTIONS or TRACE, or if it opens a WebSocket:
    ///
    /// | `Sec-Fetch-Site` | `Origin` | the answer |
    /// |---|---|---|
    /// | `same-origin` or `none` | any | of the handler |
    /// | another value | one that is named here | of the handler |
    /// | another value | another one, or none | 403, or the not-found answer where the handler is hidden |
    /// | none | none: the client is no browser | of the handler |
    /// | none | its host and port are those of the request, or it is named here | of the handler |
    /// | none | another one, or `null` | 403, or the not-found answer where the handler is hidden |
    ///
    /// A credential that was presented on purpose is not asked. A handler that is `public` is reached all the same, and has no
    /// principal: `Option<Principal>` is `None`.
    ///
    /// # Example
    /// ```
    /// use auth_runtime::{Authorizer, Credential, Principal, Refusal, Scheme};
    ///
    /// let logins = Scheme::new("Session", |cookie: &Credential<'_>| match cookie.value() {
    ///     // … ask the store …
    ///     "0d9b" => Ok(Principal::builder().subject("alice").build()),
    ///     _ => Err(Refusal::invalid("no such session")),
    /// })
    /// .cookie("session")
    /// .origin("https://app.example");
    /// let authorizer = Authorizer::builder().scheme(logins).build()?;
    /// # Ok::<(), auth_runtime::ConfigError>(())
    /// ```
    ///
    /// # Design
    /// `Sec-Fetch-Site` (Fetch Metadata) is a field that no page can set, so no form has to carry a token. Browsers older than
    /// 2023 may not send it, and send `Origin` (RFC 6454) in its place.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.get_or_insert_default().push(origin.into());
        self
    }

    /// Lets pages of every site send the credential with every request. This is dangerous: whoever lures a caller to a page
    /// acts in the caller's name. Use it only if something else tells such requests apart.
    pub fn dangerous_any_origin(mut self) -> Self {
        self.origins = None;
        self
    }

    /// Adds a parameter at the end of the challenge. Its name is written in lower case.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into().to_ascii_lowercase(), value.into()));
        self
    }

    /// Takes the credential from the head of the request with `read`; `None` means that there is no credential. Other
    /// characters than printable ASCII are answered 400.
    ///
    /// If `read` looks at what clients send by themselves, such as cookies, say [`ambient`](Self::ambient) too. Otherwise the
    /// pages of other sites act in the name of the caller.
    pub fn presented_by(
        mut self,
        read: impl Fn(&Head<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.place(Source::Head(Arc::new(read)));
        self
    }

    /// Leaves the scheme out of the challenges. It is still accepted.
    pub fn unadvertised(mut self) -> Self {
        self.is_advertised = false;
        self
    }

    /// Returns the issuers of the scheme's principals.
    pub(crate) fn issuers(&self) -> AcceptedIssuers {
        let mut issuers = match &self.issuer {
            Some(issuer) => AcceptedIssuers::of_application(issuer.clone()),
            None => self.authenticate.issuers(Own(())),
        };
        if issuers.is_open() {
            issuers.join(AcceptedIssuers::of_application(scheme_as_issuer(&self.name)));
        }
        issuers
    }

    /// Returns the principal as this scheme vouches for it.
    pub(crate) fn vouch_for(&self, principal: Principal) -> Result<Principal, Denial> {
        let principal = principal.of_scheme(&self.name);
        match &self.issuer {
            Some(issuer) => of_issuer(principal, issuer),
            None => Ok(principal),
        }
    }

    /// Returns whether a client could send this scheme's credential. A credential of the connection cannot be sent.
    pub(crate) fn is_curable(&self) -> bool {
        !matches!(self.source, Source::Connection(_))
    }

    /// Returns whether the scheme has a challenge.
    pub(crate) fn is_advertised(&self) -> bool {
        self.is_advertised && self.is_curable()
    }

    /// Returns whether the credential is ambient: clients send it by themselves.
    pub(crate) fn is_ambient(&self) -> bool {
        self.is_ambient || self.source.is_ambient()
    }

    /// Returns whether the credential stands in this cookie.
    #[cfg(feature = "session")]
    pub(crate) fn reads(&self, cookie: &Source) -> bool {
        matches!((&self.source, cookie), (Source::Cookie(one), Source::Cookie(other)) if one == other)
    }

    /// Returns whether the credential stands outside `Authorization`.
    pub(crate) fn is_elsewhere(&self) -> bool {
        !matches!(self.source, Source::Authorization)
    }

    /// Returns whether browsers send the credential by themselves, with requests of other sites' pages too.
    pub(crate) fn is_sent_by_browsers(&self) -> bool {
        /// The schemes of `Authorization` that browsers speak (RFC 7617, RFC 7616, RFC 4559).
        const SPOKEN: [&str; 4] = ["Basic", "Digest", "Negotiate", "NTLM"];
        self.is_ambient() || (!self.is_elsewhere() && SPOKEN.iter().any(|name| self.is_named(name)))
    }

    /// Finishes the scheme, when all its settings are known.
    pub(crate) fn settled(mut self) -> Self {
        self.is_kept = !self.is_own || self.is_elsewhere();
        if !self.is_sent_by_browsers() {
            self.origins = None;
        }
        self
    }

    fn place(&mut self, source: Source) {
        self.places = self.places.saturating_add(1);
        self.source = source;
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
