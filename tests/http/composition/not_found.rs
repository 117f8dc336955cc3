//! The not-found answers of several `Api`s in one application.

use super::*;

fn absent(realm: &'static str, body: &'static str) -> Authorizer {
    trusting(realm).not_found(move |_| HttpResponse::NotFound().body(body)).build().unwrap()
}

fn shared(_: &actix_web::HttpRequest) -> HttpResponse {
    HttpResponse::NotFound().body("nothing here")
}

#[require_role("nobody", hide)]
#[get("/hidden")]
async fn hidden() -> &'static str {
    "hidden"
}

fn api(authorizer: Authorizer, prefix: &'static str) -> Api<impl Fn(&mut Routes<'_>) + Clone + Send> {
    let routes = move |routes: &mut Routes<'_>| {
        routes.scope(prefix, |routes| {
            routes.service(hidden).service(lost).service(report);
        });
    };
    Api::new(authorizer, routes).unwrap()
}

#[test]
fn two_not_found_answers_for_the_same_paths_are_no_answer() {
    for shop_first in [true, false] {
        let staff = api(absent("staff", "no such file"), "/staff");
        let shop = api(absent("shop", "nothing here"), "/shop");
        let server = Server::run(move || {
            if shop_first {
                App::new().configure(shop.routes()).configure(staff.routes())
            } else {
                App::new().configure(staff.routes()).configure(shop.routes())
            }
        });
        for (path, realm) in [
            ("/nothing", "shop"),
            ("/staff/nothing", "staff"),
            ("/shop/nothing", "shop"),
            ("/staff/hidden", "staff"),
            ("/shop/hidden", "shop"),
            ("/staff/lost", "staff"),
        ] {
            let lines = [&bearer(format!("{realm}-1")), "x-expect: 500"];
            assert_eq!(server.get(path, &lines).status(), 500, "{path}");
        }
        // The routes themselves go on to work.
        assert_eq!(server.get_as("/staff/report", "staff-1").status(), 200);
        assert_eq!(server.get_as("/shop/report", "shop-1").status(), 200);
    }
}

#[test]
fn the_same_not_found_function_is_one_answer() {
    let staff = api(trusting("staff").not_found(shared).build().unwrap(), "/staff");
    let shop = api(trusting("shop").not_found(shared).build().unwrap(), "/shop");
    let server = Server::run(move || App::new().configure(staff.routes()).configure(shop.routes()));
    let absent = server.get("/nothing", &[]);
    assert_eq!((absent.status(), absent.text()), (404, "nothing here".to_owned()));
    for (path, credential) in [
        ("/staff/hidden", "staff-1"),
        ("/shop/hidden", "shop-1"),
        ("/staff/lost", "staff-1"),
        ("/shop/lost", "shop-1"),
        ("/shop/nothing", "shop-1"),
    ] {
        assert_eq!(server.get_as(path, credential).masked(), absent.masked(), "{path}");
    }
}

#[test]
fn each_scope_has_the_not_found_answer_of_its_api() {
    let staff = api(absent("staff", "no such file"), "");
    let shop = api(absent("shop", "nothing here"), "");
    let server = Server::run(move || {
        App::new()
            .service(web::scope("/staff").configure(staff.routes()))
            .service(web::scope("/shop").configure(shop.routes()))
    });
    for (realm, body) in [("staff", "no such file"), ("shop", "nothing here")] {
        for path in ["hidden", "lost", "nothing"] {
            let response = server.get_as(&format!("/{realm}/{path}"), format!("{realm}-1"));
            assert_eq!((response.status(), response.text()), (404, body.to_owned()), "{realm} {path}");
        }
    }
}

#[test]
fn what_stands_beside_an_api_has_its_not_found_answer() {
    let shop_authorizer = absent("shop", "nothing here");
    let routes = |routes: &mut Routes<'_>| {
        routes.public_service("/files", "nobody asks", web::scope("/files").service(hidden).service(lost));
    };
    let shop = Api::new(shop_authorizer.clone(), routes).unwrap();
    let server = Server::run(move || {
        let staff = shop_authorizer.require(Requirement::role("staff")).hide(Hide::Unauthorized);
        let other = web::scope("/other").app_data(absent("other", "?")).service(hidden).service(lost);
        App::new()
            .service(other)
            .service(hidden)
            .service(web::scope("/staff").wrap(staff))
            .configure(shop.routes())
    });
    let nothing = server.get("/nothing", &[]).masked();
    assert_eq!((nothing.status(), nothing.text()), (404, "nothing here".to_owned()));
    for (path, credential) in [
        ("/other/hidden", "other-1"),
        ("/other/lost", "other-1"),
        ("/other/nothing", "other-1"),
        ("/hidden", "shop-1"),
        ("/staff/anything", "shop-1"),
        ("/files/hidden", "shop-1"),
        ("/files/nothing", "shop-1"),
        ("/nothing", "shop-1"),
    ] {
        assert_eq!(server.get_as(path, credential).masked(), nothing, "{path}");
    }
}
