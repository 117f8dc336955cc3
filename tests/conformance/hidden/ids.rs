//! N: an answer does not depend on the id in the path.

use auth_tests::{
    Token,
    wire::{Connection, bearer, request},
};

use super::{builder, page, serve, stranger};

#[test]
fn n_08_nobody_in_particular_gets_one_answer_whatever_the_id() {
    let server = serve(builder().not_found(page));
    for (method, status) in [("GET", 401), ("PATCH", 401), ("DELETE", 404)] {
        let answers =
            ["1", "2", "999", "abc"].map(|id| server.send(method, &format!("/orders/{id}"), &[]).masked());
        assert_eq!(answers[0].status(), status, "{method}");
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{method}");
    }
}

#[test]
fn n_09_a_bad_token_is_the_same_401_whatever_the_id() {
    let server = serve(builder().not_found(page));
    let expired = bearer(Token::expired().signed());
    let answers =
        ["1", "2", "999", "abc"].map(|id| server.get(&format!("/orders/{id}"), &[&expired]).masked());
    assert_eq!(answers[0].status(), 401);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[test]
fn n_10_no_earlier_stage_answers_differently() {
    let server = serve(builder().not_found(page));
    let stranger = bearer(Token::bob().signed());
    let huge = format!(r#"{{"item":"{}"}}"#, "x".repeat(3_000_000));
    for (what, body) in [("none", ""), ("good", r#"{"item":"tea"}"#), ("malformed", "{"), ("huge", &huge)] {
        for content_type in ["content-type: application/json", "content-type: text/plain"] {
            let send =
                |path: &str| server.raw(request("PATCH", path, &[&stranger, content_type], body)).masked();
            let unmapped = send("/nothing/1");
            for id in ["1", "999", "abc"] {
                assert_eq!(send(&format!("/orders/{id}")), unmapped, "{what} body, {content_type}, id {id}");
            }
        }
    }
}

#[test]
fn n_11_a_missing_scope_hides_whatever_the_id() {
    let server = serve(builder().challenge_scopes());
    let reader = bearer(Token::bob().signed());
    let send = |path: &str| server.send_json("PATCH", path, &[&reader], r#"{"item":"tea"}"#).masked();
    let unmapped = send("/nothing/1");
    for id in ["1", "2", "999"] {
        assert_eq!(send(&format!("/orders/{id}")), unmapped, "{id}");
    }
}

#[test]
fn n_13_an_unsupported_method_is_the_same_whatever_the_id() {
    let server = serve(builder());
    let stranger = stranger();
    let answers = ["1", "2", "999", "abc"]
        .map(|id| server.send("PUT", &format!("/orders/{id}"), &[&stranger]).masked());
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(answers[0].field("allow"), None);
}

#[test]
fn n_20_the_connection_is_treated_alike() {
    let server = serve(builder().not_found(page));
    let stranger = stranger();
    let json = "content-type: application/json";
    for size in [0, 100, 3_000_000] {
        let body = "x".repeat(size);
        let [hidden, unmapped] = ["/orders/1", "/nothing/1"].map(|path| {
            let mut connection = Connection::open(&server);
            let first = connection.exchange(request("PATCH", path, &[&stranger, json], &body).as_bytes());
            // The connection may be good for another request.
            let sent = connection.send(request("GET", "/nothing", &[], "").as_bytes());
            let second = sent.ok().and_then(|()| connection.receive(false)).map(|response| response.masked());
            (first.masked(), second)
        });
        assert_eq!(hidden, unmapped, "{size} bytes");
    }
}
