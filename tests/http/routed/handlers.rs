//! Handlers of every shape, each of them twice.
#![allow(deprecated, reason = "one of the handlers is deprecated")]

use actix_web::{
    HttpRequest, HttpResponse, Responder, get,
    guard::GuardContext,
    head, options, route, routes,
    web::{self, ServiceConfig},
};

/// The paths that the handlers answer, and some that they do not.
pub(super) const PATHS: &[&str] = &[
    "",
    "/",
    "/named",
    "/orders/7",
    "/orders/x",
    "/raw",
    "/slashless",
    "/several",
    "/routes",
    "/routes/more",
    "/head",
    "/options",
    "/delete",
    "/guarded",
    "/twice-guarded",
    "/dots.and+signs",
    "/pair/1-2",
    "/pattern/12",
    "/changed/5",
    "/own-names/3",
    "/config",
    "/linted",
    "/old",
    "/created/4",
    "/wrapped",
];

/// Tells what a request knows of its resource, and the URLs of some resources.
fn told(request: &HttpRequest) -> String {
    let names =
        ["named", "another-name", "show", "type", "r#type", "several", "guarded", "slashless", "empty"];
    let urls = names.map(|name| {
        let url = request.url_for(name, ["7"]).map(|url| url.to_string());
        format!("{name}: {url:?}")
    });
    let (pattern, name) =
        (request.match_pattern().unwrap_or_default(), request.match_name().unwrap_or_default());
    format!("{} {pattern:?} {name:?} {}", request.method(), urls.join(", "))
}

fn is_open(context: &GuardContext<'_>) -> bool {
    context.head().headers().get("x-guard").is_some_and(|value| value == "open")
}

mod guards {
    use super::GuardContext;

    pub(super) fn other(context: &GuardContext<'_>) -> bool {
        context.head().headers().contains_key("x-other")
    }
}

/// Writes each handler with our attribute above its route attributes, and with our attribute below.
macro_rules! both {
    ($($name:ident: $([$($route:tt)*])+ { $($handler:tt)* })+) => {
        pub(super) mod own {
            use super::*;

            $(
                #[auth_runtime::require_scope("orders:read")]
                $(#[$($route)*])+
                $($handler)*
            )+

            #[auth_runtime::require_scope("orders:read")]
            #[get("")]
            async fn empty(request: HttpRequest) -> impl Responder {
                told(&request)
            }

            both!(registration: $($name)+);
        }

        pub(super) mod reference {
            use super::*;

            $(
                $(#[$($route)*])+
                #[auth_runtime::require_scope("orders:read")]
                $($handler)*
            )+

            #[get("")]
            #[auth_runtime::require_scope("orders:read")]
            async fn empty(request: HttpRequest) -> impl Responder {
                told(&request)
            }

            both!(registration: $($name)+);
        }
    };

    (registration: $($name:ident)+) => {
        pub(in crate::routed) fn routes(services: &mut ServiceConfig) {
            $(services.service($name);)+
        }

        pub(in crate::routed) fn local(services: &mut ServiceConfig) {
            services.service(empty);
        }
    };
}

both! {
    named: [get("/named", name = "another-name")] {
        async fn named(request: HttpRequest) -> impl Responder {
            told(&request)
        }
    }
    show: [get("/orders/{id}")] {
        async fn show(request: HttpRequest, _id: web::Path<u64>) -> impl Responder {
            told(&request)
        }
    }
    r#type: [get("/raw")] {
        async fn r#type(r#match: HttpRequest) -> impl Responder {
            told(&r#match)
        }
    }
    slashless: [get("slashless")] {
        async fn slashless(request: HttpRequest) -> impl Responder {
            told(&request)
        }
    }
    several: [route("/several", method = "GET", method = "POST", method = "PURGE")] {
        async fn several() -> impl Responder {
            "several"
        }
    }
    more: [routes] [get("/routes")] [post("/routes/more")] {
        async fn more(request: HttpRequest) -> impl Responder {
            told(&request)
        }
    }
    head: [head("/head")] {
        async fn head() -> impl Responder {
            "head"
        }
    }
    options: [options("/options")] {
        async fn options() -> impl Responder {
            "options"
        }
    }
    delete: [actix_web::delete("/delete")] {
        async fn delete() -> impl Responder {
            "delete"
        }
    }
    guarded: [get("/guarded", guard = "is_open")] {
        async fn guarded(request: HttpRequest) -> impl Responder {
            told(&request)
        }
    }
    twice_guarded: [get("/twice-guarded", guard = "is_open", guard = "guards::other")] {
        async fn twice_guarded() -> impl Responder {
            "twice guarded"
        }
    }
    dots: [get("/dots.and+signs")] {
        async fn dots() -> impl Responder {
            "dots"
        }
    }
    pair: [get("/pair/{one}-{other}")] {
        async fn pair(path: web::Path<(u8, u8)>) -> impl Responder {
            let (one, other) = path.into_inner();
            format!("{one} {other}")
        }
    }
    pattern: [get(r"/pattern/{number:\d+}")] {
        async fn pattern(number: web::Path<u64>) -> impl Responder {
            number.to_string()
        }
    }
    wrapped: [get("/wrapped", wrap = "actix_web::middleware::DefaultHeaders::new().add((\"x-wrapped\", \"1\"))")] {
        async fn wrapped() -> impl Responder {
            "wrapped"
        }
    }
    changed: [get("/changed/{number}")] {
        async fn changed(mut number: web::Path<u64>) -> impl Responder {
            *number += 1;
            number.to_string()
        }
    }
    own_names: [get("/own-names/{id}")] {
        async fn own_names(__arguments: web::Path<u64>, __request: HttpRequest) -> impl Responder {
            format!("{__arguments} {}", __request.method())
        }
    }
    config: [get("/config")] {
        async fn config(config: HttpRequest) -> impl Responder {
            config.path().rsplit('/').next().map(str::to_owned)
        }
    }
    linted: [get("/linted")] {
        /// A handler with levels of lints.
        #[deny(missing_docs)]
        #[forbid(non_camel_case_types)]
        #[allow(unused_variables, reason = "the level of the lint is what is tested")]
        pub async fn linted(body: web::Bytes) -> impl Responder {
            "linted"
        }
    }
    old: [get("/old")] {
        #[deprecated = "there is a new one"]
        async fn old() -> impl Responder {
            "old"
        }
    }
    created: [get("/created/{id}")] {
        async fn created(web::Query(()): web::Query<()>, id: web::Path<u64>) -> actix_web::Result<impl Responder> {
            Ok(HttpResponse::Ok().insert_header(("x-made", "by hand")).body(id.to_string()))
        }
    }
}
