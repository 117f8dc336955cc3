//! Public handlers whose arguments and answers have private types.

use actix_web::{App, FromRequest, HttpRequest, Responder, dev::Payload, get, web};
use auth_runtime::require_scope;
use std::future::{Ready, ready};

mod handlers {
    use super::*;

    struct Private(String);

    impl FromRequest for Private {
        type Error = actix_web::Error;
        type Future = Ready<Result<Self, Self::Error>>;

        fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
            ready(Ok(Self(request.path().to_owned())))
        }
    }

    #[require_scope("orders:read")]
    #[get("/route")]
    pub async fn route(private: Private) -> impl Responder {
        private.0
    }

    #[require_scope("orders:read")]
    #[get("/either")]
    pub async fn either(private: web::Either<Private, web::Bytes>) -> impl Responder {
        match private {
            actix_web::Either::Left(private) => private.0,
            actix_web::Either::Right(_) => String::new(),
        }
    }

    #[get("/below")]
    #[require_scope("orders:read")]
    async fn below(private: Private) -> impl Responder {
        private.0
    }

    pub fn routes(config: &mut web::ServiceConfig) {
        config.service(below);
    }

    #[require_scope("orders:read")]
    pub async fn r#match() -> impl Responder {
        "raw"
    }
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(handlers::route).service(handlers::either).configure(handlers::routes);
    config.route("/raw", web::get().to(handlers::r#match));
}

/// Method, path and answer.
pub const REQUESTS: &[(&str, &str, &str)] =
    &[("GET", "/route", "/route"), ("GET", "/either", "/either"), ("GET", "/below", "/below"), ("GET", "/raw", "raw")];

fn main() {
    let _ = App::new().configure(routes);
}
