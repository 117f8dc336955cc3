//! N: a hidden resource cannot be told from an absent one (after RFC 9729 §6.4).

mod disclosure;
mod equality;
mod ids;

use actix_web::{Either, HttpRequest, HttpResponse, delete, get, http::header::ACCEPT_LANGUAGE, patch, web};
use auth_runtime::{Api, NotFound, Routes, require_auth, require_scope, settings::AuthorizerBuilder};
use auth_tests::{Issuer, Server, Token, app::NewOrder, wire::bearer};

type Found = Either<&'static str, NotFound>;

fn order(id: &web::Path<u64>) -> Found {
    if **id == 1 { Either::Left("an order") } else { Either::Right(NotFound) }
}

#[require_scope("orders:read", hide)]
#[get("/orders/{id}")]
async fn show(id: web::Path<u64>) -> Found {
    order(&id)
}

#[require_scope("orders:write", hide(anonymous))]
#[delete("/orders/{id}")]
async fn cancel(id: web::Path<u64>) -> Found {
    order(&id)
}

#[require_scope("orders:write", hide)]
#[patch("/orders/{id}")]
async fn change(id: web::Path<u64>, _new: web::Json<NewOrder>) -> Found {
    order(&id)
}

#[require_auth]
#[get("/invoices/{id}")]
async fn invoice(id: web::Path<u64>) -> Found {
    order(&id)
}

fn routes(routes: &mut Routes<'_>) {
    routes.service(show).service(cancel).service(change);
    routes.scope("/v1", |v1| {
        v1.service(invoice);
    });
}

fn builder() -> AuthorizerBuilder {
    Issuer::default().authorizer_builder()
}

fn serve(builder: AuthorizerBuilder) -> Server {
    Server::of(Api::new(builder.build().unwrap(), routes).unwrap())
}

/// Returns Carol's credential, which has no scopes.
fn stranger() -> String {
    bearer(Token::of("carol").signed())
}

/// Answers with a page of the application's own, which looks at the request.
fn page(request: &HttpRequest) -> HttpResponse {
    let language = request.headers().get(ACCEPT_LANGUAGE).and_then(|language| language.to_str().ok());
    let text = if language == Some("de") { "<p>nichts</p>" } else { "<p>nothing</p>" };
    HttpResponse::NotFound()
        .content_type("text/html; charset=utf-8")
        .insert_header(("vary", "accept-language"))
        .insert_header(("cache-control", "no-store"))
        .body(text)
}
