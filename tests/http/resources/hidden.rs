//! A hidden resource looks absent, and a visible one gets an honest answer.

use actix_web::HttpResponse;
use auth_tests::{Token, log, wire::bearer};

use super::{Shops, alice, builder, reader, start, start_with, stranger};

#[test]
fn absent_and_invisible_are_the_same_answer() {
    let Shops { server, .. } = start_with(
        builder()
            .challenge_scopes()
            .not_found(|_| HttpResponse::NotFound().body("nothing here"))
            .build()
            .unwrap(),
    );
    for who in [alice(), reader(), stranger()] {
        for method in ["GET", "DELETE", "PATCH", "PUT"] {
            let send = |path: &str| server.send(method, path, &[&who]).masked();
            let nothing = send("/nothing");
            assert_eq!((nothing.status(), nothing.text().as_str()), (404, "nothing here"));
            for id in ["2", "9", "10", "999", "abc", "-1", "18446744073709551616", "%31x"] {
                assert_eq!(send(&format!("/orders/{id}")), nothing, "{method} {id}");
            }
        }
        for path in ["/vanish/1", "/vanish/999", "/generic/2", "/generic/abc"] {
            assert_eq!(
                server.get(path, &[&who]).masked(),
                server.get("/nothing", &[&who]).masked(),
                "{path}"
            );
        }
    }
}

#[test]
fn who_sees_it_and_may_not_gets_an_honest_answer() {
    let Shops { server, .. } = start_with(builder().challenge_scopes().build().unwrap());
    // The handler hides its requirement, but not from callers who see the resource.
    for method in ["DELETE", "PATCH"] {
        let shipped = server.send(method, "/orders/3", &[&alice()]);
        assert_eq!((shipped.status(), shipped.challenges().len()), (403, 0), "{method}");
        assert!(!shipped.text().contains("shipped"), "the reason is for the log");
        let scope = server.send(method, "/orders/1", &[&reader()]);
        assert_eq!(scope.json()["error"], "insufficient_scope", "{method}");
        assert_eq!(scope.status(), 403, "{method}");
    }
    // The challenge names all scopes of the operation, those of the handler first.
    let challenge = |method: &str| server.send(method, "/orders/1", &[&reader()]).challenge().to_owned();
    assert!(challenge("DELETE").contains(r#"scope="orders:write""#), "{}", challenge("DELETE"));
    assert!(challenge("PATCH").contains(r#"scope="orders:read orders:write""#), "{}", challenge("PATCH"));
    let auditor = bearer(
        Token::of("eve")
            .claim("roles", ["auditor"].as_slice())
            .claim("scope", "orders:read orders:write")
            .signed(),
    );
    let other = server.send("DELETE", "/orders/2", &[&auditor]);
    assert_eq!((other.status(), other.json().get("error")), (403, None));
}

#[test]
fn a_failure_of_the_store_is_never_a_404() {
    let Shops { server, .. } = start();
    log::keep();
    for who in [alice(), stranger()] {
        for method in ["GET", "DELETE", "PATCH", "PUT"] {
            let failed = server.send(method, "/orders/7", &[&who, "x-expect: 500"]);
            assert_eq!(failed.status(), 500, "{method}");
            assert!(!failed.text().contains("fire"));
            let down = server.send(method, "/orders/8", &[&who]);
            assert_eq!((down.status(), down.field("retry-after")), (503, Some("9")), "{method}");
        }
    }
    assert!(log::lines().lines().any(|line| line.contains("ERROR") && line.contains("the store is on fire")));
}

#[test]
fn every_level_hides() {
    let Shops { server, .. } = start();
    let get = |path: &str, who: &str| server.get(path, &[who]).masked();
    assert_eq!(get("/shops/a%20b%2Fc/shelves/3", &alice()).text(), "3");
    let nothing = get("/nothing", &alice());
    for (path, who) in [
        ("/shops/a%20b%2Fc/shelves/3", stranger()),
        ("/shops/other/shelves/3", alice()),
        ("/shops/a%20b%2Fc/shelves/7", alice()),
        ("/shops/a%20b%2Fc/shelves/x", alice()),
        ("/shops/%FF/shelves/1", alice()),
    ] {
        assert_eq!(get(path, &who), nothing, "{path}");
    }
}

#[test]
fn the_log_tells_absent_from_invisible() {
    log::keep();
    let Shops { server, .. } = start();
    server.get("/orders/2?case=invisible", &[&alice()]);
    server.send("DELETE", "/orders/3?case=shipped", &[&alice()]);
    let lines = log::lines();
    let logged = |what: &[&str]| lines.lines().any(|line| what.iter().all(|what| line.contains(what)));
    assert!(
        logged(&["denied by a resource or a rule", "hidden=true", "the principal is not to know"]),
        "{lines}"
    );
    assert!(logged(&["denied by a resource or a rule", "hidden=false", "the order has shipped"]), "{lines}");
}
