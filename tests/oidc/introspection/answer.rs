//! I: the answer about a token.

use std::time::Duration;

use auth_tests::{
    Answer,
    invariants::assert_refused,
    issuer::{AUDIENCE, ISSUER, NOW},
};
use serde_json::{Value, json};

use super::{PATH, alice, orders, orders_with, post, saying, with, without};

#[test]
fn i_03_only_a_boolean_true_counts() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    for active in [
        json!(false),
        json!("true"),
        json!("True"),
        json!(""),
        json!(1),
        json!(1.0),
        json!(0),
        json!(null),
        json!([true]),
        json!([]),
        json!({}),
        json!({ "active": true }),
    ] {
        fake.answer(PATH, Answer::json(&with("active", active.clone())));
        assert_refused(&orders.get_as("/me", "opaque"), &active.to_string());
    }
    for (what, answer) in [
        ("missing", without("active")),
        ("nothing", json!({})),
        ("another case", json!({ "Active": true, "token_type": "Bearer", "aud": AUDIENCE })),
    ] {
        fake.answer(PATH, Answer::json(&answer));
        assert_refused(&orders.get_as("/me", "opaque"), what);
    }
    assert_eq!(orders.calls.take(), 0);
    fake.answer(PATH, Answer::json(&alice()));
    assert_eq!(orders.get_as("/me", "opaque").json()["subject"], "alice");
}

#[test]
fn i_04_every_refusal_is_the_same_whatever_else_is_said() {
    let fake = saying(&json!({ "active": false }));
    let orders = orders(&fake);
    let plain = orders.get_as("/me", "opaque").masked();
    assert_refused(&plain, "plain");
    let mut answers = vec![
        with("active", false),
        json!({ "active": false, "error": "revoked", "error_description": "it was revoked by carol" }),
        json!({ "active": false, "scope": "admin", "username": "carol", "exp": "soon", "cnf": {} }),
        json!({ "active": false, "reason": "x".repeat(10_000) }),
    ];
    // An active token is refused without a reason as well.
    answers.extend([with("exp", NOW - 1), with("aud", "other"), with("iss", "https://other.example")]);
    for answer in answers {
        fake.answer(PATH, Answer::json(&answer));
        assert_eq!(orders.get_as("/me", "opaque").masked(), plain, "{answer:.100}");
        assert_eq!(orders.get_as("/me", "another-one").masked(), plain, "{answer:.100}");
    }
}

#[test]
fn i_04_what_is_not_active_is_asked_about_each_time() {
    let fake = saying(&json!({ "active": false, "exp": NOW + 600 }));
    let orders = orders(&fake);
    for count in 1..=3 {
        assert_refused(&orders.get_as("/me", "opaque"), "inactive");
        assert_eq!(fake.asked(PATH).len(), count);
    }
    // The refusal of an active token is not remembered either.
    fake.answer(PATH, Answer::json(&with("aud", "other")));
    for count in 4..=5 {
        assert_refused(&orders.get_as("/me", "opaque"), "another audience");
        assert_eq!(fake.asked(PATH).len(), count);
    }
    fake.answer(PATH, Answer::json(&alice()));
    assert_eq!(orders.get_as("/me", "opaque").status(), 200);
}

/// Returns answers about active tokens that have to be refused.
fn refused() -> Vec<(&'static str, Value)> {
    vec![
        ("exp in the past", with("exp", NOW - 1)),
        ("exp now", with("exp", NOW)),
        ("exp as text", with("exp", (NOW + 600).to_string())),
        ("exp null", with("exp", Value::Null)),
        ("exp negative", with("exp", -1)),
        ("exp beyond all time", with("exp", 1e300)),
        ("nbf in the future", with("nbf", NOW + 1)),
        ("nbf as text", with("nbf", "0")),
        ("another aud", with("aud", "https://other.example")),
        ("aud with a slash", with("aud", format!("{AUDIENCE}/"))),
        ("several other aud", with("aud", json!(["a", "b"]))),
        ("mixed aud", with("aud", json!([AUDIENCE, 1]))),
        ("no aud in the list", with("aud", json!([]))),
        ("aud null", with("aud", Value::Null)),
        ("no aud", without("aud")),
        ("another iss", with("iss", "https://other.example")),
        ("iss with a slash", with("iss", format!("{ISSUER}/"))),
        ("iss in another case", with("iss", ISSUER.to_uppercase())),
        ("iss null", with("iss", Value::Null)),
        ("iss in a list", with("iss", json!([ISSUER]))),
        ("bound to a key", with("cnf", json!({ "jkt": "x" }))),
        ("bound to a certificate", with("cnf", json!({ "x5t#S256": "x" }))),
        ("bound to nothing", with("cnf", Value::Null)),
        ("no token_type", without("token_type")),
        ("DPoP", with("token_type", "DPoP")),
        ("refresh token", with("token_type", "refresh_token")),
        ("access_token", with("token_type", "access_token")),
        ("MAC", with("token_type", "mac")),
        ("an empty token_type", with("token_type", "")),
        ("token_type null", with("token_type", Value::Null)),
        ("token_type in a list", with("token_type", json!(["Bearer"]))),
        ("typ of a refresh token", with("typ", "Refresh")),
        ("typ of an ID token", with("typ", "ID")),
        ("typ null", with("typ", Value::Null)),
        ("token_use of an ID token", with("token_use", "id")),
        ("token_use of a refresh token", with("token_use", "refresh_token")),
        ("ID token", with("at_hash", "x")),
        ("ID token of a code", with("c_hash", "x")),
        ("security event", with("events", json!({}))),
        ("sub as a number", with("sub", 7)),
    ]
}

#[test]
fn i_06_the_answer_is_checked_as_a_token_is() {
    let fake = saying(&alice());
    let orders = orders(&fake);
    for (what, answer) in refused() {
        fake.answer(PATH, Answer::json(&answer));
        let response = orders.get_as("/me", "opaque");
        assert_refused(&response, what);
        assert!(!response.text().contains("alice"), "{what}");
    }
    assert_eq!(orders.calls.take(), 0);
}

#[test]
fn i_06_what_an_answer_may_leave_out_or_spell_otherwise() {
    let fake = saying(&alice());
    let orders = orders_with(&fake, |tokens| tokens.remember_for(Duration::ZERO));
    for (what, answer) in [
        ("all", alice()),
        ("no iss", without("iss")),
        ("no exp", without("exp")),
        ("no sub", without("sub")),
        ("no client_id", without("client_id")),
        ("no iat", without("iat")),
        ("bearer", with("token_type", "bearer")),
        ("BEARER", with("token_type", "BEARER")),
        ("one aud of several", with("aud", json!(["a", AUDIENCE]))),
        ("exp in a second", with("exp", NOW + 1)),
        ("nbf now", with("nbf", NOW)),
        ("typ", with("typ", "Bearer")),
        ("token_use", with("token_use", "access")),
        ("an extension", with("https://a.example/x", json!({ "a": [1, null] }))),
    ] {
        fake.answer(PATH, Answer::json(&answer));
        let response = orders.get_as("/me", "opaque");
        assert_eq!(response.status(), 200, "{what}");
        // The issuer is the configured one, also where the answer does not name it.
        assert_eq!(response.json()["issuer"], ISSUER, "{what}");
    }
    assert_eq!(orders.calls.take(), 14);
}

#[test]
fn i_06_the_leeway_is_for_both_ends() {
    let fake = saying(&alice());
    let orders =
        orders_with(&fake, |tokens| tokens.leeway(Duration::from_secs(10)).remember_for(Duration::ZERO));
    for (answer, status) in [
        (with("exp", NOW - 9), 200),
        (with("exp", NOW - 10), 401),
        (with("nbf", NOW + 10), 200),
        (with("nbf", NOW + 11), 401),
    ] {
        fake.answer(PATH, Answer::json(&answer));
        assert_eq!(orders.get_as("/me", "opaque").status(), status, "{answer}");
    }
}

#[test]
fn i_06_the_scope_of_the_answer_is_what_counts() {
    let fake = saying(&alice());
    let orders = orders_with(&fake, |tokens| tokens.remember_for(Duration::ZERO));
    assert_eq!(post(&orders, "opaque").status(), 201);
    assert_eq!(orders.calls.take(), 1);
    for (what, answer) in [
        ("another scope", with("scope", "orders:read")),
        ("a longer one", with("scope", "orders:write:all")),
        ("another case", with("scope", "Orders:Write")),
        ("a tab", with("scope", "orders:read\torders:write")),
        ("none", with("scope", "")),
        ("not there", without("scope")),
        ("a list", with("scope", json!(["orders:write"]))),
        ("null", with("scope", Value::Null)),
        ("in another member", {
            let mut answer = without("scope");
            answer["scp"] = json!("orders:write");
            answer
        }),
    ] {
        fake.answer(PATH, Answer::json(&answer));
        assert_eq!(post(&orders, "opaque").status(), 403, "{what}");
        assert_eq!(orders.get_as("/me", "opaque").status(), 200, "{what}");
        assert_eq!(orders.calls.take(), 1, "{what}");
    }
}

#[test]
fn i_06_scopes_and_roles_come_from_the_configured_members() {
    let mut answer = with("scp", json!(["orders:write"]));
    answer["realm_access"] = json!({ "roles": ["admin"] });
    let fake = saying(&answer);
    let configured = orders_with(&fake, |tokens| tokens.scopes_from("scp").roles_from("/realm_access/roles"));
    let me = configured.get_as("/me", "opaque").json();
    assert_eq!((&me["scopes"], &me["roles"]), (&json!(["orders:write"]), &json!(["admin"])));
    let me = orders(&fake).get_as("/me", "opaque").json();
    assert_eq!((&me["scopes"], &me["roles"]), (&json!(["orders:read", "orders:write"]), &json!([])));
}

#[test]
fn an_issuer_that_is_asked_grants_only_what_it_may() {
    let mut answer = with("roles", json!(["admin", "guest"]));
    answer["scope"] = json!("orders:read orders:write notes:read");
    let fake = saying(&answer);
    let orders = orders_with(&fake, |tokens| {
        tokens.grants_roles(["guest"]).grants_scopes(["orders:read"]).grants_scopes_beginning_with("notes:")
    });
    let told = orders.get_as("/me", "opaque").json();
    assert_eq!((&told["roles"], &told["scopes"]), (&json!(["guest"]), &json!(["notes:read", "orders:read"])));
    assert_eq!(orders.get_as("/admin", "opaque").status(), 403);
    assert_eq!(post(&orders, "opaque").status(), 403);
    let nothing = saying(&answer);
    let told = orders_with(&nothing, auth_runtime::introspection::IntrospectionBuilder::grants_nothing)
        .get_as("/me", "opaque")
        .json();
    assert_eq!(
        (&told["subject"], &told["roles"], &told["scopes"]),
        (&json!("alice"), &json!([]), &json!([]))
    );
}
