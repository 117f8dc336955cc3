//! The same handler without our attributes: protected by actix-web-httpauth with actix-web-grants, as in the latter's
//! example `jwt-httpauth`, and protected by hand. All of them verify with jsonwebtoken and read their keys once.

use std::{
    collections::HashMap,
    future::{Ready, ready},
    sync::{Arc, RwLock},
    time::{SystemTime, UNIX_EPOCH},
};

use actix_web::{
    Error, FromRequest, HttpRequest,
    dev::{Payload, ServiceRequest},
    error::{ErrorForbidden, ErrorInternalServerError, ErrorUnauthorized},
    get,
    http::header::AUTHORIZATION,
    web::Data,
};
use actix_web_grants::{authorities::AttachAuthorities as _, protect};
use actix_web_httpauth::extractors::bearer::BearerAuth;
use jsonwebtoken::{DecodingKey, Validation};
use serde::Deserialize;

use super::tokens::Pair;

#[derive(Debug, Deserialize)]
pub struct Claims {
    pub sub: String,
    exp: u64,
    scope: String,
}

impl Claims {
    fn has_scope(&self, name: &str) -> bool {
        self.scope.split(' ').any(|scope| scope == name)
    }
}

/// Verifies tokens.
pub struct Decoder {
    key: DecodingKey,
    validation: Validation,
}

impl Decoder {
    pub fn of(pair: &Pair) -> Data<Self> {
        Data::new(Self { key: pair.decodes.clone(), validation: pair.validation() })
    }

    fn decode(&self, token: &str) -> Result<Claims, Error> {
        jsonwebtoken::decode(token, &self.key, &self.validation)
            .map(|token| token.claims)
            .map_err(ErrorUnauthorized)
    }
}

/// Verifies a token for `HttpAuthentication`.
pub async fn validate(
    request: ServiceRequest,
    credentials: BearerAuth,
) -> Result<ServiceRequest, (Error, ServiceRequest)> {
    let claims = request
        .app_data::<Data<Decoder>>()
        .ok_or_else(|| ErrorInternalServerError("no decoder"))
        .and_then(|decoder| decoder.decode(credentials.token()));
    match claims {
        Ok(claims) => {
            let authorities: Vec<_> = claims.scope.split(' ').map(str::to_owned).collect();
            request.attach(authorities);
            Ok(request)
        }
        Err(error) => Err((error, request)),
    }
}

#[get("/orders")]
#[protect("orders:read")]
pub async fn protected() -> &'static str {
    "orders"
}

/// The caller, whose token is verified for each request.
pub struct Caller(Claims);

fn bearer(request: &HttpRequest) -> Option<&str> {
    request.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

impl FromRequest for Caller {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let decoder = request.app_data::<Data<Decoder>>();
        let caller = decoder.ok_or_else(|| ErrorInternalServerError("no decoder")).and_then(|decoder| {
            let token = bearer(request).ok_or_else(|| ErrorUnauthorized("no token"))?;
            decoder.decode(token).map(Self)
        });
        ready(caller)
    }
}

#[get("/orders")]
pub async fn by_hand(caller: Caller) -> Result<&'static str, Error> {
    if caller.0.has_scope("orders:read") {
        Ok("orders")
    } else {
        Err(ErrorForbidden("`orders:read` is missing"))
    }
}

/// The verified tokens.
#[derive(Clone, Default)]
pub struct Cache(Arc<RwLock<HashMap<String, Arc<Claims>>>>);

impl Cache {
    fn get(&self, token: &str) -> Option<Arc<Claims>> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        self.0.read().ok()?.get(token).filter(|claims| now < claims.exp).cloned()
    }

    fn insert(&self, token: &str, claims: &Arc<Claims>) {
        if let Ok(mut tokens) = self.0.write() {
            // The cache is as small as ours is in these benchmarks.
            if tokens.len() >= 100 {
                tokens.clear();
            }
            tokens.insert(token.to_owned(), Arc::clone(claims));
        }
    }
}

/// The caller, whose token is verified once.
pub struct CachedCaller(Arc<Claims>);

impl CachedCaller {
    fn of(request: &HttpRequest) -> Result<Self, Error> {
        let token = bearer(request).ok_or_else(|| ErrorUnauthorized("no token"))?;
        let cache = request.app_data::<Cache>().ok_or_else(|| ErrorInternalServerError("no cache"))?;
        if let Some(claims) = cache.get(token) {
            return Ok(Self(claims));
        }
        let decoder = request.app_data::<Data<Decoder>>();
        let decoder = decoder.ok_or_else(|| ErrorInternalServerError("no decoder"))?;
        let claims = Arc::new(decoder.decode(token)?);
        cache.insert(token, &claims);
        Ok(Self(claims))
    }
}

impl FromRequest for CachedCaller {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

#[get("/orders")]
pub async fn cached_by_hand(caller: CachedCaller) -> Result<&'static str, Error> {
    if caller.0.has_scope("orders:read") {
        Ok("orders")
    } else {
        Err(ErrorForbidden("`orders:read` is missing"))
    }
}
