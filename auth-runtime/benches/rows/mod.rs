//! The rows that the benchmarks compare: applications that differ in their handler and the middleware around it, and
//! the credentials that are presented to them.
#![allow(dead_code, unreachable_pub, reason = "every benchmark takes its part")]

pub mod ours;
pub mod peers;
pub mod server;
pub mod tokens;

use std::rc::Rc;

use actix_http::Request;
use actix_web::{
    App, Error,
    body::MessageBody,
    dev::{Service, ServiceFactory, ServiceRequest, ServiceResponse},
    get,
    http::StatusCode,
    test::init_service,
};
use actix_web_httpauth::middleware::HttpAuthentication;
use auth_runtime::{Api, Authorizer, Routes};
use futures_util::FutureExt as _;

use self::tokens::{Pair, Presents};

/// The row whose authorizer accepts a bearer token beside every other kind of credential.
pub const ALL_SCHEMES: &str = "all schemes";
/// The row of the same request without the other kinds.
pub const ONE_SCHEME: &str = "repeated";
/// The path of every handler.
pub const PATH: &str = "/orders";

#[get("/orders")]
pub async fn bare() -> &'static str {
    "orders"
}

/// One row of the tables.
pub struct Row {
    pub name: &'static str,
    pub presents: Presents,
    pub answers: StatusCode,
    /// Whether the row takes the same instructions each time and on every machine. Such a row is ours and has no
    /// cryptography.
    pub is_steady: bool,
    serve: fn(&Pair) -> Served,
}

/// An application that never waits.
pub type Served = Rc<dyn Fn(Request) -> StatusCode>;

impl Row {
    /// Makes the application of the row.
    pub fn serve(&self, pair: &Pair) -> Served {
        (self.serve)(pair)
    }
}

const fn row(
    name: &'static str,
    presents: Presents,
    answers: StatusCode,
    is_steady: bool,
    serve: fn(&Pair) -> Served,
) -> Row {
    Row { name, presents, answers, is_steady, serve }
}

const OK: StatusCode = StatusCode::OK;
const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;

/// All rows. The others are compared with the first one.
pub const ROWS: [Row; 21] = [
    row("bare", Presents::Same, OK, true, |pair| serve(app(pair).service(bare))),
    row("public", Presents::Same, OK, true, |pair| serve(app(pair).service(ours::public))),
    row("anonymous 401", Presents::Nothing, UNAUTHORIZED, true, |pair| serve(app(pair).service(ours::scope))),
    row("forged 401", Presents::Forged, UNAUTHORIZED, false, |pair| serve(app(pair).service(ours::scope))),
    row("first seen", Presents::Next, OK, false, |pair| serve(app(pair).service(ours::scope))),
    row(ONE_SCHEME, Presents::Same, OK, true, |pair| serve(app(pair).service(ours::scope))),
    row("repeated, 32 leaves", Presents::Same, OK, true, |pair| serve(app(pair).service(ours::tree))),
    row("repeated, `Principal`", Presents::Same, OK, true, |pair| serve(app(pair).service(ours::principal))),
    row("hidden 404", Presents::Same, StatusCode::NOT_FOUND, true, |pair| {
        serve(app(pair).service(ours::hidden))
    }),
    row("behind the gate", Presents::Same, OK, true, |pair| {
        let (authorizer, data) = (pair.authorizer(), peers::Decoder::of(pair));
        let gate = authorizer.gate();
        serve(App::new().app_data(authorizer).app_data(data).wrap(gate).service(ours::scope))
    }),
    row("through `Api`", Presents::Same, OK, true, |pair| {
        let api = Api::new(pair.authorizer(), |routes: &mut Routes<'_>| {
            routes.service(ours::scope);
        });
        serve(App::new().app_data(peers::Decoder::of(pair)).configure(api.unwrap().routes()))
    }),
    row(ALL_SCHEMES, Presents::Same, OK, true, |pair| {
        let (authorizer, _) = pair.all_schemes();
        serve(App::new().app_data(authorizer).app_data(peers::Decoder::of(pair)).service(ours::scope))
    }),
    row("all schemes, sessions wrapped", Presents::Same, OK, true, |pair| {
        let (authorizer, sessions) = pair.all_schemes();
        let app = App::new().app_data(authorizer).app_data(peers::Decoder::of(pair));
        serve(app.wrap(sessions.middleware()).service(ours::scope))
    }),
    row("httpauth + grants", Presents::Same, OK, false, |pair| {
        serve(app(pair).wrap(HttpAuthentication::bearer(peers::validate)).service(peers::protected))
    }),
    row("httpauth + grants, anonymous", Presents::Nothing, UNAUTHORIZED, false, |pair| {
        serve(app(pair).wrap(HttpAuthentication::bearer(peers::validate)).service(peers::protected))
    }),
    row("httpauth + grants, forged", Presents::Forged, UNAUTHORIZED, false, |pair| {
        serve(app(pair).wrap(HttpAuthentication::bearer(peers::validate)).service(peers::protected))
    }),
    row("by hand", Presents::Same, OK, false, |pair| serve(app(pair).service(peers::by_hand))),
    row("by hand, anonymous", Presents::Nothing, UNAUTHORIZED, false, |pair| {
        serve(app(pair).service(peers::by_hand))
    }),
    row("by hand, forged", Presents::Forged, UNAUTHORIZED, false, |pair| {
        serve(app(pair).service(peers::by_hand))
    }),
    row("by hand, cached", Presents::Same, OK, false, |pair| {
        serve(app(pair).app_data(peers::Cache::default()).service(peers::cached_by_hand))
    }),
    row("by hand, cached, first seen", Presents::Next, OK, false, |pair| {
        serve(app(pair).app_data(peers::Cache::default()).service(peers::cached_by_hand))
    }),
];

/// Makes what all applications have in common, so that each one finds its handler equally fast.
fn app(
    pair: &Pair,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()>
    + use<>,
> {
    App::new().app_data(pair.authorizer()).app_data(peers::Decoder::of(pair))
}

/// Makes an application with this authorizer, which workers can share.
pub fn ours_with(authorizer: Authorizer) -> Served {
    serve(App::new().app_data(authorizer).service(ours::scope))
}

fn serve<T, B>(app: App<T>) -> Served
where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    T::Future: 'static,
    B: MessageBody + 'static,
{
    // The application never waits, so one poll finishes it.
    let app = init_service(app).now_or_never().unwrap();
    Rc::new(move |request| app.call(request).now_or_never().unwrap().unwrap().status())
}
