//! AK-09: keys that are broken, huge, repeated or of other characters.

use std::time::{Duration, Instant};

use auth_tests::wire::Connection;

use super::{Table, header, serve};

#[test]
fn ak_09_what_cannot_be_a_field_is_400_and_what_nobody_has_is_401() {
    let table = Table::default();
    let key = table.issue("shop");
    let (server, text) = (table.serve(), key.text());
    let truncated: Vec<_> = (0..text.len()).map(|end| text[..end].to_owned()).collect();
    let mut refused = truncated.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
    refused.extend([
        format!("{text}{text}"),
        format!("{text}, {text}"),
        format!("\"{text}\""),
        format!("ApiKey {text}"),
        text.to_uppercase(),
        text.to_lowercase(),
        text.replace('_', "-"),
        text.replace('_', "__"),
        text.replace("ord_", "ord_ "),
        format!("{text}="),
        "null".to_owned(),
        "ord_' or 1=1 --".to_owned(),
        "_".repeat(70),
        "ord_".repeat(1_000),
        "a".repeat(60_000),
    ]);
    for text in &refused {
        assert_eq!(server.get("/me", &[&header(text)]).status(), 401, "{text:.80}");
    }
    for text in ["örd", "ord_\u{2028}", &format!("{text}\u{a0}"), &text.replace('_', "＿")] {
        assert_eq!(server.get("/me", &[&header(text)]).status(), 400, "{text}");
    }
    assert_eq!(table.asked(), 0);
    assert_eq!(server.get("/me", &[&format!("X-API-KEY: \t {text} \t")]).text(), "shop by ApiKey");
}

#[test]
fn ak_09_bytes_that_no_field_holds_are_no_panic() {
    let table = Table::default();
    let text = table.issue("shop").text().as_bytes().to_vec();
    let (server, plain) = (table.serve(), serve(table.keys()));
    for bytes in [&b"\0"[..], b"\x01", b"\x7f", b"\xff\xfe", b"\xc3\x28", b"\x80"] {
        for at in [0, 10, text.len()] {
            let (before, after) = text.split_at(at);
            let value = [before, bytes, after].concat();
            for (server, field) in [(&server, &b"x-api-key: "[..]), (&plain, b"authorization: ApiKey ")] {
                let request = [b"GET /me HTTP/1.1\r\nhost: a\r\n", field, &value, b"\r\n\r\n"].concat();
                assert_eq!(server.raw(request).status(), 400, "{bytes:?} at {at}");
            }
        }
    }
    assert_eq!(table.asked(), 0);
}

#[test]
fn ak_09_a_huge_key_is_little_work() {
    let table = Table::default();
    let server = table.serve();
    let begin = Instant::now();
    for text in ["ord_".repeat(1 << 18), "a".repeat(1 << 20), "_".repeat(1 << 20)] {
        // actix-web answers heads of this size by itself.
        let response = server.get("/me", &[&header(&text)]);
        assert!((400..500).contains(&response.status()), "{}", response.status_line);
    }
    let mut connection = Connection::open(&server);
    for _ in 0..20 {
        let head = auth_tests::wire::request("GET", "/me", &[&header(&"ord_".repeat(16_000))], "");
        assert_eq!(connection.exchange(head.as_bytes()).status(), 401);
    }
    assert!(begin.elapsed() < Duration::from_secs(10));
    assert_eq!(table.asked(), 0);
}
