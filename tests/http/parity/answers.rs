//! Leaks in the status, the fields and the body of an answer.

use actix_web::{HttpResponse, http::Method};

use super::{assert_says, leak, nothing, nothing_with};

#[test]
fn another_status_for_one_method() {
    let message = leak(|asked| match *asked.request.method() {
        Method::DELETE if asked.hidden => HttpResponse::Forbidden().body("nothing"),
        _ => nothing(),
    });
    assert_says(
        &message,
        &[
            "`/orders/1`, which is hidden, can be told from `/orders/999`, which is absent",
            "DELETE, as it is",
            "the status is `HTTP/1.1 403 Forbidden` against `HTTP/1.1 404 Not Found`",
            "another stage answered",
        ],
    );
    assert!(!message.contains("PATCH"), "{message}");
}

#[test]
fn another_body() {
    let message =
        leak(|asked| if asked.hidden { HttpResponse::NotFound().body("not for you") } else { nothing() });
    assert_says(
        &message,
        &[
            "PATCH, as it is",
            "the field `content-length` is `11` against `7`",
            "the length gives away another body",
            "the body of 11 bytes against 7 differs from byte 3 on: `not for you` against `nothing`",
            "each body says who wrote it",
        ],
    );
}

#[test]
fn another_byte_in_a_body_of_the_same_length() {
    let message =
        leak(|asked| HttpResponse::NotFound().body(if asked.hidden { "Nothing" } else { "nothing" }));
    assert_says(
        &message,
        &["the body of 7 bytes against 7 differs from byte 0 on: `Nothing` against `nothing`"],
    );
    assert!(!message.contains("content-length"), "{message}");
}

#[test]
fn an_extra_field() {
    let message = leak(|asked| nothing_with(asked.hidden.then_some(("x-owner", "alice"))));
    assert_says(
        &message,
        &["the field `x-owner` is `alice` against nothing", "whoever adds it tells them apart"],
    );
}

#[test]
fn a_field_without_a_value() {
    let message = leak(|asked| nothing_with(asked.hidden.then_some(("x-owner", ""))));
    assert_says(&message, &["the field `x-owner` is `` against nothing"]);
}

#[test]
fn fields_of_another_value() {
    let message = leak(|asked| {
        let value = if asked.hidden { "1" } else { "2" };
        let names = ["cache-control", "set-cookie", "x-ratelimit-remaining", "www-authenticate", "etag"];
        nothing_with(names.map(|name| (name, value)))
    });
    assert_says(
        &message,
        &[
            "the field `cache-control` is `1` against `2`",
            "how long an answer may be kept",
            "the field `set-cookie` is `1` against `2`",
            "whoever sets a cookie",
            "the field `x-ratelimit-remaining` is `1` against `2`",
            "a limit that counts only one of them",
            "the field `www-authenticate` is `1` against `2`",
            "only what is there asks for a credential",
        ],
    );
}

#[test]
fn a_field_that_is_there_twice() {
    let message = leak(|asked| nothing_with(vec![("x-served-by", "a"); if asked.hidden { 2 } else { 1 }]));
    assert_says(&message, &["the field `x-served-by` is `a` and `a` against `a`"]);
}

#[test]
fn values_of_one_field_in_another_order() {
    let message = leak(|asked| {
        let values = if asked.hidden { ["a", "b"] } else { ["b", "a"] };
        nothing_with(values.map(|value| ("x-served-by", value)))
    });
    assert_says(&message, &["the field `x-served-by` is `a` and `b` against `b` and `a`"]);
}

#[test]
fn many_kinds_of_leak_are_not_all_listed() {
    let message = leak(|asked| {
        let names: Vec<_> =
            (0..if asked.hidden { 13 } else { 0 }).map(|number| format!("x-{number:02}")).collect();
        nothing_with(names.iter().map(|name| (name.as_str(), "1")))
    });
    assert_says(&message, &["`x-00`", "`x-09`", "and 3 more kinds of difference"]);
    assert!(!message.contains("`x-10`"), "{message}");
}

#[test]
fn nothing_of_a_credential_is_shown() {
    let message = leak(|asked| {
        if asked.hidden {
            let credential = asked.field("authorization").to_owned();
            let text = format!("for {credential}");
            HttpResponse::NotFound().insert_header(("x-seen", credential)).body(text)
        } else {
            nothing()
        }
    });
    assert_says(&message, &["the field `x-seen` is `…` against nothing", "`for …` against `nothing`"]);
}
