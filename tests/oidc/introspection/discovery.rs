//! Discovery of the endpoint in the issuer's metadata.

use std::time::Duration;

use auth_runtime::introspection::Introspection;
use auth_tests::{Answer, Fake, app::Orders, invariants::assert_refused, issuer::fixture};
use serde_json::{Value, json};

use super::{
    PATH, SECRET, alice, assert_unavailable, basic, form_decoded, known, orders_of, parallel, saying, without,
};

/// Starts the service with the fake as the issuer, whose metadata name the endpoint.
fn discovering(fake: &Fake) -> Orders {
    orders_of(|issuer| known(Introspection::discover(fake.origin()), issuer))
}

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

/// Starts a provider with metadata that gives this answer about every token.
fn publishing(answer: &Value) -> Fake {
    let fake = saying(answer);
    fake.publish(&[]);
    fake
}

#[test]
fn discovery_finds_the_endpoint_once() {
    let fake = publishing(&without("iss"));
    let orders = discovering(&fake);
    assert_eq!(fake.asked(OPENID).len(), 0, "it waits for the first token");
    // Twenty tokens come at the same time, each as the first.
    parallel(20, |number| {
        let me = orders.get_as("/me", format!("opaque-{number}"));
        assert_eq!((me.status(), &me.json()["issuer"]), (200, &json!(fake.origin())));
    });
    orders.issuer.pass(300);
    assert_eq!(orders.get_as("/me", "opaque-0").status(), 200);
    assert_eq!((fake.asked(OPENID).len(), fake.asked(OAUTH).len(), fake.asked(PATH).len()), (1, 0, 21));
    assert_eq!(fake.asked(OPENID)[0].line, format!("GET {OPENID} HTTP/1.1"));
    // The secret is sent to the endpoint alone.
    assert!(!fake.asked(OPENID)[0].fields.contains_key("authorization"));
    assert_eq!(form_decoded(&basic(&fake.asked(PATH)[0]).1), SECRET);
    // An answer that names an issuer has to name the one that was configured.
    fake.answer(PATH, Answer::json(&alice()));
    assert_refused(&orders.get_as("/me", "of-another-issuer"), "another issuer");
    assert_eq!(fake.asked("/jwks").len(), 0);
}

#[test]
fn discovery_reads_the_metadata_of_rfc_8414_too() {
    let fake = saying(&without("iss"));
    let issuer = fake.origin() + "/realms/shop";
    let metadata = json!({ "issuer": issuer, "introspection_endpoint": fake.origin() + PATH });
    fake.answer(&format!("{OAUTH}/realms/shop"), Answer::json(&metadata));
    let orders = orders_of(|clock| known(Introspection::discover(&issuer), clock));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    assert_eq!(fake.asked(&format!("/realms/shop{OPENID}")).len(), 1);
    assert_eq!(fake.asked(&format!("{OAUTH}/realms/shop")).len(), 1);
}

#[test]
fn discovery_of_something_else_is_unavailable_and_recovers() {
    let (fake, other) = (publishing(&without("iss")), saying(&without("iss")));
    let orders = discovering(&fake);
    let (issuer, endpoint) = (fake.origin(), fake.origin() + PATH);
    let metadata = |issuer: Value, endpoint: Value| {
        Answer::json(&json!({ "issuer": issuer, "introspection_endpoint": endpoint }))
    };
    for (what, answer) in [
        ("another issuer", metadata(json!("https://other.example"), json!(endpoint))),
        ("a slash more", metadata(json!(format!("{issuer}/")), json!(endpoint))),
        ("another case", metadata(json!(issuer.to_uppercase()), json!(endpoint))),
        ("a list of issuers", metadata(json!([issuer]), json!(endpoint))),
        ("no issuer", Answer::json(&json!({ "introspection_endpoint": endpoint }))),
        ("no endpoint", Answer::json(&json!({ "issuer": issuer }))),
        ("endpoint null", metadata(json!(issuer), Value::Null)),
        ("endpoint in a list", metadata(json!(issuer), json!([endpoint]))),
        ("a path", metadata(json!(issuer), json!(PATH))),
        ("plain http elsewhere", metadata(json!(issuer), json!("http://login.example/introspect"))),
        ("a file", metadata(json!(issuer), json!("file:///etc/passwd"))),
        ("HTML", Answer::text("<p>Hello")),
        ("empty", Answer::text("")),
        ("away", Answer::status(500)),
        ("led elsewhere", Answer::status(302).field("location", &(other.origin() + OPENID))),
    ] {
        fake.answer(OPENID, answer);
        // The service looks the metadata up at most once a second.
        orders.issuer.pass(1);
        let before = fake.asked(OPENID).len();
        assert_unavailable(&orders, &orders.get_as("/me", "opaque"), what);
        assert_unavailable(&orders, &orders.get_as("/me", "opaque"), what);
        assert_eq!(fake.asked(OPENID).len(), before + 1, "{what}");
    }
    orders.issuer.pass(1);
    fake.set_down(true);
    assert_unavailable(&orders, &orders.get_as("/me", "opaque"), "down");
    fake.set_down(false);
    assert_eq!((fake.asked(PATH).len(), other.asked(OPENID).len()), (0, 0));
    fake.publish(&[]);
    orders.issuer.pass(1);
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
}

#[test]
fn an_endpoint_that_moves_is_found_again() {
    let fake = publishing(&without("iss"));
    let orders = orders_of(|issuer| {
        known(Introspection::discover(fake.origin()), issuer)
            .remember_for(Duration::ZERO)
            .timeout(Duration::from_millis(300))
    });
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
    // The status of one answer says nothing of the endpoint.
    for status in [400, 401, 429, 500] {
        fake.answer(PATH, Answer::status(status));
        assert_eq!(orders.get_as("/me", "opaque").status(), 503, "a status");
    }
    assert_eq!(fake.asked(OPENID).len(), 1);
    let mut number = 0;
    let late = Duration::from_millis(900);
    for old in [Answer::status(404), Answer::text("<p>Hello"), Answer::json(&without("iss")).late(late)] {
        let (before, after) = (format!("/place/{number}"), format!("/place/{}", number + 1));
        number += 1;
        let naming = |place: &str| {
            Answer::json(&json!({ "issuer": fake.origin(), "introspection_endpoint": fake.origin() + place }))
        };
        // The service knows the endpoint at its old place before the endpoint moves.
        fake.answer(&before, Answer::json(&without("iss")));
        fake.answer(OPENID, naming(&before));
        orders.issuer.pass(10);
        crate::eventually("the endpoint is known", || {
            fake.answer(PATH, Answer::status(404));
            orders.issuer.pass(10);
            orders.get_as("/me", "opaque").status() == 200
        });
        fake.answer(&after, Answer::json(&without("iss")));
        fake.answer(OPENID, naming(&after));
        fake.answer(&before, old);
        orders.issuer.pass(10);
        assert_eq!(orders.get_as("/me", "opaque").status(), 503, "the old endpoint");
        crate::eventually("the endpoint is found again", || orders.get_as("/me", "opaque").status() == 200);
    }
    // The known endpoint is asked on while the metadata are down.
    fake.answer(OPENID, Answer::status(500));
    fake.answer(&format!("/place/{number}"), Answer::status(404));
    orders.issuer.pass(10);
    assert_eq!(orders.get_as("/me", "opaque").status(), 503, "the endpoint is away");
    fake.answer(&format!("/place/{number}"), Answer::json(&without("iss")));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
}

#[test]
fn discovery_does_not_lead_from_https_to_plain_http() {
    let (fake, plain) = (Fake::start_with_tls(), saying(&without("iss")));
    let naming = |origin: String| {
        Answer::json(&json!({ "issuer": fake.origin(), "introspection_endpoint": origin + PATH }))
    };
    let orders = orders_of(|issuer| {
        known(Introspection::discover(fake.origin()), issuer).root_certificate(fixture("tls.authority.pem"))
    });
    fake.answer(OPENID, naming(plain.origin()));
    assert_unavailable(&orders, &orders.get_as("/me", "opaque"), "plain http");
    assert_eq!((fake.asked(OPENID).len(), plain.asked(PATH).len()), (1, 0));
    fake.answer(OPENID, naming(fake.origin()));
    fake.answer(PATH, Answer::json(&without("iss")));
    orders.issuer.pass(1);
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
}
