//! Gates in front of several authorizers.

use super::*;

#[test]
fn a_gate_in_front_of_the_routes_of_another_authorizer_lets_nothing_through() {
    let staff = Api::new(authorizer("staff"), behind("/staff")).unwrap();
    let (shop_authorizer, routes) = (authorizer("shop"), behind("/shop"));
    let shop = Api::new(shop_authorizer.clone(), routes).unwrap();
    let gate = shop_authorizer.gate();
    let server =
        Server::run(move || App::new().configure(staff.routes()).configure(shop.routes()).wrap(gate.clone()));
    for path in PATHS {
        let path = format!("/staff{path}");
        assert_eq!(server.get(&path, &["x-expect: 500"]).status(), 500, "{path}");
        assert_eq!(server.get(&path, &[&bearer("shop-1"), "x-expect: 500"]).status(), 500, "{path}");
        // The gate refuses the credential before it knows the route.
        assert_eq!(server.get_as(&path, "staff-1").status(), 401, "{path}");
    }
    assert_separate(&server, "/shop", "shop", "other");
}

#[test]
fn a_gate_in_front_of_another_gate_lets_nothing_through() {
    let (outer, inner) = (authorizer("outer"), authorizer("inner"));
    let api = Api::new(inner.clone(), forms).unwrap();
    let server = Server::run(move || {
        let scope = web::scope("/inner").configure(api.routes()).wrap(inner.gate());
        App::new().service(scope).app_data(outer.clone()).wrap(outer.gate())
    });
    for path in ["/inner/report", "/inner/nothing", "/inner/open"] {
        assert_eq!(server.get(path, &["x-expect: 500"]).status(), 500, "{path}");
        assert_eq!(server.get(path, &[&bearer("outer-1"), "x-expect: 500"]).status(), 500, "{path}");
        assert_eq!(server.get_as(path, "inner-1").status(), 401, "{path}");
    }
    assert_eq!(server.get("/elsewhere", &[]).status(), 404);
}

#[test]
fn a_gate_twice_is_one_gate() {
    let shop = authorizer("shop");
    let api = Api::new(shop.clone(), behind("/shop")).unwrap();
    let server = Server::run(move || App::new().configure(api.routes()).wrap(shop.gate()).wrap(shop.gate()));
    assert_separate(&server, "/shop", "shop", "other");
}

#[test]
fn each_scope_has_the_gate_of_its_api() {
    let (staff, shop) = (authorizer("staff"), authorizer("shop"));
    let (staff_api, shop_api) =
        (Api::new(staff.clone(), forms).unwrap(), Api::new(shop.clone(), forms).unwrap());
    let server = Server::run(move || {
        App::new()
            .service(web::scope("/staff").configure(staff_api.routes()).wrap(staff.gate()))
            .service(web::scope("/shop").configure(shop_api.routes()).wrap(shop.gate()))
    });
    for (realm, other) in [("staff", "shop"), ("shop", "staff")] {
        for path in PATHS {
            let path = format!("/{realm}{path}");
            assert_eq!(server.get_as(&path, format!("{realm}-1")).text(), format!("{realm}:-1"));
            assert_eq!(server.get_as(&path, format!("{other}-1")).status(), 401);
            assert_eq!(server.get(&path, &[]).status(), 401);
        }
    }
}
