//! The order in which a caller is authorized, a resource is loaded and a body is read.

use auth_tests::{
    Token,
    wire::{bearer, request},
};

use super::{Shops, alice, reader, start};

#[test]
fn nothing_is_loaded_before_the_caller_is_authorized() {
    let Shops { server, loads } = start();
    let expired = bearer(Token::expired().signed());
    let without_scope = bearer(Token::alice().claim("scope", "").signed());
    for method in ["GET", "DELETE", "PATCH", "PUT"] {
        let status = if method == "PUT" { 404 } else { 401 };
        assert_eq!(server.send(method, "/orders/1", &[]).status(), status, "{method}");
        assert_eq!(server.send(method, "/orders/1", &[&expired]).status(), status, "{method}");
        assert_eq!(
            server.send(method, "/orders/1", &["authorization: Bearer"]).status(),
            if method == "PUT" { 404 } else { 400 }
        );
    }
    for (method, status) in [("GET", 403), ("PATCH", 404), ("PUT", 404)] {
        assert_eq!(server.send(method, "/orders/1", &[&without_scope]).status(), status, "{method}");
    }
    assert_eq!(loads.take(), 0);
    // The store is not asked about a text that is no id.
    assert_eq!(server.get("/orders/abc", &[&alice()]).status(), 404);
    assert_eq!(loads.take(), 0);
    server.get("/orders/1", &[&alice()]);
    assert_eq!(loads.take(), 1);
}

#[test]
fn the_body_is_read_last() {
    let Shops { server, .. } = start();
    let huge = format!(r#"{{"item":"{}"}}"#, "x".repeat(3_000_000));
    for (body, told) in [("", 400), ("{", 400), (huge.as_str(), 413)] {
        let send = |path: &str, who: &str| {
            let lines = [who, "content-type: application/json"];
            server.raw(request("PATCH", path, &lines, body)).status()
        };
        assert_eq!(send("/orders/2", &alice()), 404);
        assert_eq!(send("/orders/999", &alice()), 404);
        assert_eq!(send("/orders/3", &alice()), 403);
        assert_eq!(send("/orders/1", &reader()), 403);
        assert_eq!(send("/orders/1", &alice()), told);
    }
}
