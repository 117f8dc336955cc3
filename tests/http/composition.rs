//! Several authorizers in one application: each route answers with its own, however they are put together.

mod gates;
mod not_found;
mod secrets;

use actix_web::{App, HttpResponse, get, web};
use auth_runtime::{
    Api, Authorizer, Credential, Group, Hide, InvalidCredential, NotFound, Principal, Refusal, Requirement,
    Routes, public, require_auth, require_role, settings::AuthorizerBuilder,
};
use auth_tests::{Server, wire::bearer};

/// Trusts credentials that begin with the realm. Everybody grants themselves the role `admin`.
fn trusting(realm: &'static str) -> AuthorizerBuilder {
    let authenticate = move |credential: &Credential<'_>| -> Result<Principal, Refusal> {
        match credential.value().strip_prefix(realm) {
            Some(name) => Ok(Principal::builder().subject(format!("{realm}:{name}")).role("admin").build()),
            None => Err(InvalidCredential::Inactive.into()),
        }
    };
    Authorizer::builder().realm(realm).bearer(authenticate)
}

fn authorizer(realm: &'static str) -> Authorizer {
    trusting(realm).build().unwrap()
}

#[require_role("admin")]
#[get("/report")]
async fn report(principal: Principal) -> String {
    principal.subject().unwrap_or_default().to_owned()
}

#[require_role("admin")]
#[get("/wrapped", wrap = "actix_web::middleware::NormalizePath::trim()")]
async fn wrapped(principal: Principal) -> String {
    principal.subject().unwrap_or_default().to_owned()
}

#[require_auth]
#[actix_web::routes]
#[get("/pattern/{name:[a-z]+}")]
#[post("/pattern/{name:[a-z]+}")]
async fn pattern(principal: Principal) -> String {
    principal.subject().unwrap_or_default().to_owned()
}

use actix_web as renamed_actix;

#[require_role("admin")]
#[renamed_actix::get("/renamed")]
async fn renamed(principal: Principal) -> String {
    principal.subject().unwrap_or_default().to_owned()
}

#[require_auth]
async fn plain(principal: Principal) -> String {
    principal.subject().unwrap_or_default().to_owned()
}

#[public("who is there")]
#[get("/open")]
async fn open(caller: Option<Principal>) -> String {
    caller.and_then(|caller| caller.subject().map(str::to_owned)).unwrap_or_default()
}

#[require_auth]
#[get("/lost")]
async fn lost() -> NotFound {
    NotFound
}

const PATHS: [&str; 6] = ["/report", "/wrapped", "/pattern/a", "/renamed", "/plain", "/group/report"];

/// One handler in every form.
fn forms(routes: &mut Routes<'_>) {
    routes.service(report).service(wrapped).service(pattern).service(renamed).service(lost).service(open);
    routes.route("/plain", actix_web::http::Method::GET, plain);
    let requirement = routes.authorizer().require(Requirement::role("admin")).hide(Hide::Unauthorized);
    routes.group(Group::new("/group").wrap(requirement), |group| {
        group.service(report).service(open);
    });
}

/// The forms behind a prefix.
fn behind(prefix: &'static str) -> impl Fn(&mut Routes<'_>) + Clone + Send {
    move |routes| {
        routes.scope(prefix, forms);
    }
}

/// Asks every form as both callers.
fn assert_separate(server: &Server, prefix: &str, realm: &str, other: &str) {
    for path in PATHS {
        let path = format!("{prefix}{path}");
        let own = server.get_as(&path, format!("{realm}-alice"));
        assert_eq!((own.status(), own.text()), (200, format!("{realm}:-alice")), "{path}");
        let foreign = server.get_as(&path, format!("{other}-alice"));
        assert_eq!(foreign.status(), 401, "{path}");
        assert!(foreign.challenge().contains(&format!("realm=\"{realm}\"")), "{path}: {foreign:?}");
        let nobody = server.get(&path, &[]);
        assert_eq!(nobody.status(), 401, "{path}");
        assert!(nobody.challenge().contains(&format!("realm=\"{realm}\"")), "{path}");
    }
    let public = format!("{prefix}/open");
    assert_eq!(server.get_as(&public, format!("{realm}-alice")).text(), format!("{realm}:-alice"));
    assert_ne!(server.get_as(&public, format!("{other}-alice")).text(), format!("{realm}:-alice"));
    assert_eq!(server.get_as(&format!("{prefix}/lost"), format!("{realm}-alice")).status(), 404);
}

#[test]
fn two_apis_in_one_application_answer_with_their_own_authorizers_in_any_order() {
    let staff = Api::new(authorizer("staff"), behind("/staff")).unwrap();
    let shop = Api::new(authorizer("shop"), behind("/shop")).unwrap();
    for staff_first in [true, false] {
        let (staff, shop) = (staff.clone(), shop.clone());
        let server = Server::run(move || {
            // Data of an application replaces no Api's authorizer.
            let app = App::new().app_data(authorizer("other"));
            let app = if staff_first {
                app.configure(staff.routes()).configure(shop.routes())
            } else {
                app.configure(shop.routes()).configure(staff.routes())
            };
            app.app_data(authorizer("other"))
        });
        assert_separate(&server, "/staff", "staff", "shop");
        assert_separate(&server, "/shop", "shop", "staff");
        assert_separate(&server, "/shop", "shop", "other");
        assert_eq!(server.get("/nothing", &[]).status(), 404);
    }
}

#[test]
fn an_api_inside_a_scope_of_another_application_keeps_its_authorizer() {
    let staff = Api::new(authorizer("staff"), forms).unwrap();
    let shop = Api::new(authorizer("shop"), behind("/shop")).unwrap();
    let server = Server::run(move || {
        let inner = web::scope("/staff").app_data(authorizer("shop")).configure(staff.routes());
        App::new().service(web::scope("/nested").service(inner)).configure(shop.routes())
    });
    assert_separate(&server, "/nested/staff", "staff", "shop");
    assert_separate(&server, "/shop", "shop", "staff");
}

#[test]
fn one_api_twice_in_one_application_is_one_authorizer() {
    let api = Api::new(authorizer("shop"), behind("/shop")).unwrap();
    let server = Server::run(move || {
        App::new().configure(api.routes()).service(web::scope("/v2").configure(api.routes()))
    });
    assert_separate(&server, "/shop", "shop", "staff");
    assert_separate(&server, "/v2/shop", "shop", "staff");
}

#[test]
fn a_group_with_an_authorizer_of_its_own_answers_with_it() {
    let admins = authorizer("admins");
    let routes = move |routes: &mut Routes<'_>| {
        routes.group(Group::new("/admins").authorizer(&admins), |group| {
            assert!(format!("{:?}", group.authorizer()).contains("admins"));
            forms(group);
            group.scope("/deeper", forms);
        });
        routes.scope("/shop", forms);
    };
    let api = Api::new(authorizer("shop"), routes).unwrap();
    for row in api.endpoints().iter() {
        let expected = if row.path.starts_with("/admins") { "admins" } else { "shop" };
        assert_eq!(row.authorizer.as_deref(), Some(expected), "{}", row.path);
    }
    let server = Server::of(api);
    assert_separate(&server, "/admins", "admins", "shop");
    assert_separate(&server, "/admins/deeper", "admins", "shop");
    assert_separate(&server, "/shop", "shop", "admins");
}

#[test]
fn a_service_that_states_nothing_asks_the_authorizer_of_its_group() {
    let admins = authorizer("admins");
    let routes = move |routes: &mut Routes<'_>| {
        routes.group(Group::new("/admins").authorizer(&admins), |group| {
            group.public_service("/who", "asks for itself", web::resource("/who").to(who));
        });
        routes.public_service("/who", "asks for itself", web::resource("/who").to(who));
    };
    let server = Server::of(Api::new(authorizer("shop"), routes).unwrap());
    assert_eq!(server.get_as("/admins/who", "admins-1").text(), "admins:-1");
    assert_eq!(server.get_as("/admins/who", "shop-1").status(), 401);
    assert_eq!(server.get_as("/who", "shop-1").text(), "shop:-1");
    assert_eq!(server.get_as("/who", "admins-1").status(), 401);
}

async fn who(principal: Principal) -> String {
    principal.subject().unwrap_or_default().to_owned()
}

#[test]
fn an_authorizer_that_would_have_no_effect_is_refused_at_start() {
    let error =
        |routes: &dyn Fn(&mut Routes<'_>)| Api::new(authorizer("shop"), routes).err().unwrap().to_string();
    let other = authorizer("other");
    let as_data = error(&|routes| {
        routes.app_data(authorizer("other"));
    });
    assert!(as_data.contains("`Group::authorizer`"), "{as_data}");
    let in_a_scope = error(&|routes| {
        routes.scope("/inner", |inner| {
            inner.app_data(authorizer("other"));
        });
    });
    assert_eq!(in_a_scope, as_data);
    let on_a_group = error(&|routes| {
        routes.group(Group::new("/inner").app_data(authorizer("other")), |_| {});
    });
    assert_eq!(on_a_group, as_data);
    let shared = error(&|routes| {
        routes.app_data(web::Data::new(authorizer("other")));
    });
    assert_eq!(shared, as_data);
    let foreign = error(&|routes| {
        routes.group(Group::new("/inner").wrap(other.require(Requirement::role("admin"))), |_| {});
    });
    assert!(
        foreign.contains("the group `/inner` is wrapped in the requirement or the gate of an authorizer"),
        "{foreign}"
    );
    let gated = error(&|routes| {
        routes.group(Group::new("/inner").wrap(other.gate()), |_| {});
    });
    assert_eq!(gated, foreign);
    let absent_in_two_ways = error(&|routes| {
        let other = trusting("other").not_found(|_| HttpResponse::NotFound().body("?")).build().unwrap();
        routes.group(Group::new("/inner").authorizer(&other), |_| {});
    });
    assert!(absent_in_two_ways.contains("another `not_found` answer"), "{absent_in_two_ways}");
}

#[test]
fn what_stands_outside_takes_the_only_authorizer_or_none() {
    let staff = Api::new(authorizer("staff"), behind("/staff")).unwrap();
    let shop = Api::new(authorizer("shop"), behind("/shop")).unwrap();
    let alone = {
        let shop = shop.clone();
        Server::run(move || App::new().service(report).configure(shop.routes()))
    };
    assert_eq!(alone.get_as("/report", "shop-1").text(), "shop:-1");
    let in_a_scope = {
        let shop = shop.clone();
        Server::run(move || {
            App::new().service(web::scope("/in").configure(shop.routes()).route("/who", web::get().to(who)))
        })
    };
    assert_eq!(in_a_scope.get_as("/in/who", "shop-1").text(), "shop:-1");
    let server = Server::run(move || {
        let said = web::scope("/said").app_data(authorizer("other")).service(report);
        App::new().service(report).service(said).configure(staff.routes()).configure(shop.routes())
    });
    for credential in ["staff-1", "shop-1", "x"] {
        let lines = [&bearer(credential), "x-expect: 500"];
        assert_eq!(server.get("/report", &lines).status(), 500, "{credential}");
    }
    assert_eq!(server.get_as("/said/report", "other-1").text(), "other:-1");
    assert_eq!(server.get_as("/said/report", "shop-1").status(), 401);
}

#[get("/breaks", wrap = "breaks()")]
async fn breaks_here() -> &'static str {
    ""
}

fn breaks() -> actix_web::middleware::NormalizePath {
    panic!("a middleware that is not made")
}

#[actix_web::test]
async fn a_registration_that_panics_leaves_no_authorizer_behind() {
    let routes = |routes: &mut Routes<'_>| {
        routes.public_service("/breaks", "it breaks", breaks_here);
    };
    let broken = Api::new(authorizer("staff"), routes).unwrap();
    let made = std::panic::AssertUnwindSafe(async move {
        actix_web::test::init_service(App::new().configure(broken.routes())).await
    });
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        drop(futures_util::FutureExt::now_or_never(made.0));
    }));
    assert!(caught.is_err());
    let app = actix_web::test::init_service(App::new().app_data(authorizer("shop")).service(report)).await;
    for (credential, status) in [("shop-1", 200), ("staff-1", 401)] {
        let request = actix_web::test::TestRequest::get()
            .uri("/report")
            .insert_header(("authorization", format!("Bearer {credential}")))
            .to_request();
        let answer = actix_web::test::try_call_service(&app, request).await.unwrap();
        assert_eq!(answer.status(), status, "{credential}");
    }
}
