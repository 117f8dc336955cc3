//! The choice of the credential that decides about a request.

use std::{borrow::Cow, sync::Arc};

use actix_web::{
    HttpRequest,
    http::header::{AUTHORIZATION, HeaderValue},
};

use crate::{
    credential::{bearer::BEARER, grammar::Authorization, head::Credential, scheme::Scheme, source::Source},
    policy::credential_error::MalformedCredential,
};

/// The schemes of an authorizer, grouped by where their credentials are presented.
#[derive(Debug)]
pub(crate) struct Schemes {
    /// All schemes, in the order of their challenges.
    all: Vec<Arc<Scheme>>,
    /// The first scheme, if it is Bearer in `Authorization`. Nearly every request uses it, so it is looked at first.
    bearer: Option<Arc<Scheme>>,
    /// The schemes outside `Authorization` whose credentials are presented on purpose.
    explicit: Vec<Arc<Scheme>>,
    /// The schemes outside `Authorization` whose credentials are ambient, in the order in which they were added.
    ambient: Vec<Arc<Scheme>>,
}

impl Schemes {
    /// Groups the schemes, which come in the order in which they were added.
    pub(crate) fn new(schemes: Vec<Scheme>) -> Self {
        let mut all: Vec<_> = schemes.into_iter().map(Scheme::settled).map(Arc::new).collect();
        let is_elsewhere = |scheme: &&Arc<Scheme>| scheme.is_elsewhere();
        let (ambient, explicit) =
            all.iter().filter(is_elsewhere).cloned().partition(|scheme| scheme.is_ambient());
        // The scheme that most clients understand comes first. Basic comes last, because a browser acts on it.
        all.sort_by_key(|scheme| (!scheme.is_named(BEARER), scheme.is_named("Basic")));
        let bearer = all.first().filter(|first| first.is_named(BEARER) && !is_elsewhere(first)).cloned();
        Self { all, bearer, explicit, ambient }
    }

    /// Returns all schemes, in the order of their challenges.
    pub(crate) fn all(&self) -> &[Arc<Scheme>] {
        &self.all
    }

    /// Finds a scheme by its name.
    pub(crate) fn named(&self, name: &str) -> Option<&Scheme> {
        self.all.iter().find(|scheme| scheme.is_named(name)).map(|scheme| &**scheme)
    }

    /// Finds the credential that decides: the one that was presented on purpose, or else the first ambient one.
    #[inline]
    pub(crate) fn presented<'request>(
        &self,
        request: &'request HttpRequest,
    ) -> Result<Option<Presented<'_, 'request>>, Malformed<'_>> {
        let mut presented = self.in_authorization(request).map_err(|how| Malformed { how, scheme: None })?;
        if self.explicit.is_empty() && self.ambient.is_empty() {
            return Ok(presented);
        }
        for scheme in &self.explicit {
            let Some(second) = Presented::elsewhere(scheme, request)? else { continue };
            if let Some(Presented { scheme: first, .. }) = presented {
                return Err(Malformed { how: MalformedCredential::Several, scheme: Some(first) });
            }
            presented = Some(second);
        }
        if presented.is_some() {
            return Ok(presented);
        }
        let mut ambient = self.ambient.iter();
        ambient.find_map(|scheme| Presented::elsewhere(scheme, request).transpose()).transpose()
    }

    /// Finds the credential in `Authorization`. A credential of a scheme that is not accepted counts as none.
    #[inline]
    fn in_authorization<'request>(
        &self,
        request: &'request HttpRequest,
    ) -> Result<Option<Presented<'_, 'request>>, MalformedCredential> {
        let mut fields = request.headers().get_all(AUTHORIZATION);
        let Some(field) = fields.next() else { return Ok(None) };
        if fields.next().is_some() {
            return Err(MalformedCredential::Repeated);
        }
        // Nearly all requests spell the scheme like this. The rest of the field is checked only if the token is not
        // remembered.
        if let Some(scheme) = &self.bearer
            && let Some(token) = field.as_bytes().strip_prefix(b"Bearer ")
        {
            return Ok(Some(Presented { scheme, value: Value::Authorization { field, token } }));
        }
        let Some(parts) = Authorization::split(field.as_bytes())? else { return Ok(None) };
        let accepted = self
            .all
            .iter()
            .find(|scheme| matches!(scheme.source, Source::Authorization) && scheme.is_named(parts.scheme));
        match accepted {
            Some(scheme) => {
                let token = parts.raw_value();
                Ok(Some(Presented { scheme, value: Value::Authorization { field, token } }))
            }
            None if parts.joins_credentials() => Err(MalformedCredential::Joined),
            None => Ok(None),
        }
    }
}

/// A credential that breaks its grammar.
pub(crate) struct Malformed<'authorizer> {
    pub(crate) how: MalformedCredential,
    /// The scheme of the credential; `None` for an `Authorization` field that cannot be read.
    pub(crate) scheme: Option<&'authorizer Arc<Scheme>>,
}

/// A credential of an accepted scheme, as a request presents it.
pub(crate) struct Presented<'authorizer, 'request> {
    pub(crate) scheme: &'authorizer Arc<Scheme>,
    value: Value<'request>,
}

enum Value<'request> {
    /// The whole `Authorization` field, and what follows the scheme in it. The grammar of the field is not checked yet.
    Authorization { field: &'request HeaderValue, token: &'request [u8] },
    /// A credential outside `Authorization`.
    Elsewhere(Cow<'request, str>),
}

impl<'authorizer, 'request> Presented<'authorizer, 'request> {
    /// Finds the credential of a scheme outside `Authorization`.
    fn elsewhere(
        scheme: &'authorizer Arc<Scheme>,
        request: &'request HttpRequest,
    ) -> Result<Option<Self>, Malformed<'authorizer>> {
        let value = scheme.source.read(request).map_err(|how| Malformed { how, scheme: Some(scheme) })?;
        Ok(value.map(|value| Self { scheme, value: Value::Elsewhere(value) }))
    }

    /// Returns the bytes by which a credential is remembered. If the same bytes are remembered, their grammar was
    /// checked before.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.value {
            Value::Authorization { token, .. } => token,
            Value::Elsewhere(value) => value.as_bytes(),
        }
    }

    /// Checks the grammar and returns the credential.
    pub(crate) fn credential<'this>(
        &'this self,
        request: &'this HttpRequest,
    ) -> Result<Credential<'this>, Malformed<'authorizer>> {
        // Joined credentials are of no one scheme.
        let scheme = |how| (how != MalformedCredential::Joined).then_some(self.scheme);
        let malformed = |how| Malformed { how, scheme: scheme(how) };
        match &self.value {
            Value::Authorization { field, .. } => {
                let parts = Authorization::split(field.as_bytes()).map_err(malformed)?;
                let parts = parts.ok_or(malformed(MalformedCredential::Value))?;
                let value = parts.value(self.scheme.alphabet).map_err(malformed)?;
                Ok(Credential::new(request, parts.scheme, value))
            }
            Value::Elsewhere(value) => Ok(Credential::new(request, &self.scheme.name, value)),
        }
    }

    /// Copies what tells the credential from others, for as long as the request lives.
    pub(crate) fn keep(&self) -> Kept {
        let value = match &self.value {
            Value::Authorization { field, .. } => KeptValue::Field((*field).clone()),
            Value::Elsewhere(value) => KeptValue::Text(value.as_ref().into()),
        };
        Kept { scheme: Arc::as_ptr(self.scheme).addr(), value }
    }

    /// Returns whether the credential is the one that was kept.
    pub(crate) fn is(&self, kept: &Kept) -> bool {
        let is_same = match (&self.value, &kept.value) {
            (Value::Authorization { field, .. }, KeptValue::Field(kept)) => *field == kept,
            (Value::Elsewhere(value), KeptValue::Text(kept)) => value.as_ref() == &**kept,
            (Value::Authorization { .. }, KeptValue::Text(_))
            | (Value::Elsewhere(_), KeptValue::Field(_)) => false,
        };
        is_same && kept.scheme == Arc::as_ptr(self.scheme).addr()
    }
}

/// A copy of a presented credential, together with the scheme of one authorizer.
pub(crate) struct Kept {
    /// The address of the scheme, which belongs to one authorizer. The application keeps the authorizer alive while it
    /// answers a request, so the address stays unique.
    scheme: usize,
    value: KeptValue,
}

impl Kept {
    /// Returns whether the scheme is one of these.
    pub(crate) fn is_of(&self, schemes: &Schemes) -> bool {
        schemes.all.iter().any(|scheme| Arc::as_ptr(scheme).addr() == self.scheme)
    }

    /// Returns whether the credential stood outside `Authorization`.
    pub(crate) fn is_elsewhere(&self) -> bool {
        matches!(self.value, KeptValue::Text(_))
    }
}

enum KeptValue {
    Field(HeaderValue),
    Text(Box<str>),
}
