//! J: JSON Web Tokens as access tokens (RFC 9068, RFC 8725, RFC 7519, RFC 7515), with keys at hand.

use std::{
    net::TcpListener,
    time::{Duration, Instant, UNIX_EPOCH},
};

use auth_runtime::{Algorithm, Authorizer, Issuers, Jwt, JwtBuilder, Key};
use auth_tests::{
    Token,
    app::Orders,
    issuer::{ISSUER, NOW, SECRET, encode, fixture, signed, signed_by},
    log,
};
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

fn orders_with(build: impl Fn(JwtBuilder) -> JwtBuilder) -> Orders {
    Orders::start_with(|issuer| {
        let jwt: Jwt = build(issuer.verifier()).build().unwrap();
        Authorizer::builder().bearer(jwt).build().unwrap()
    })
}

fn secret() -> Key {
    Key::secret(Algorithm::HS256, SECRET)
}

/// The name in tokens, the algorithm, its private and its public key.
fn asymmetric() -> Vec<(&'static str, Algorithm, jsonwebtoken::Algorithm, EncodingKey, String)> {
    use jsonwebtoken::Algorithm as Signed;

    let private = |name: &str| fixture(&format!("{name}.private.pem"));
    let public = |name: &str| fixture(&format!("{name}.public.pem"));
    let rsa = || EncodingKey::from_rsa_pem(private("rsa").as_bytes()).unwrap();
    let ec = |name: &str| EncodingKey::from_ec_pem(private(name).as_bytes()).unwrap();
    let ed = || EncodingKey::from_ed_pem(private("ed25519").as_bytes()).unwrap();
    vec![
        ("RS256", Algorithm::RS256, Signed::RS256, rsa(), public("rsa")),
        ("RS384", Algorithm::RS384, Signed::RS384, rsa(), public("rsa")),
        ("RS512", Algorithm::RS512, Signed::RS512, rsa(), fixture("rsa.pkcs1.public.pem")),
        ("PS256", Algorithm::PS256, Signed::PS256, rsa(), public("rsa")),
        ("PS384", Algorithm::PS384, Signed::PS384, rsa(), public("rsa")),
        ("PS512", Algorithm::PS512, Signed::PS512, rsa(), public("rsa")),
        ("ES256", Algorithm::ES256, Signed::ES256, ec("p256"), public("p256")),
        ("ES384", Algorithm::ES384, Signed::ES384, ec("p384"), public("p384")),
        ("EdDSA", Algorithm::EdDSA, Signed::EdDSA, ed(), public("ed25519")),
    ]
}

fn assert_refused(orders: &Orders, tokens: impl IntoIterator<Item = (&'static str, String)>) {
    orders.calls.take();
    for (what, token) in tokens {
        let response = orders.get_as("/me", token);
        assert_eq!(response.status(), 401, "{what}");
        assert!(response.challenge().contains("error=\"invalid_token\""), "{what}");
    }
    assert_eq!(orders.calls.take(), 0);
}

fn assert_accepted(orders: &Orders, tokens: impl IntoIterator<Item = (&'static str, String)>) {
    for (what, token) in tokens {
        assert_eq!(orders.get_as("/me", token).status(), 200, "{what}");
    }
}

#[test]
fn j_01_typ_is_that_of_an_access_token() {
    let of = |kind: &str| Token::alice().header("typ", kind).signed();
    let none = Token::alice().without_header("typ").signed();
    let orders = Orders::start();
    assert_accepted(
        &orders,
        [("at", of("at+jwt")), ("case", of("at+JWT")), ("long", of("application/at+jwt"))],
    );
    assert_accepted(&orders, [("JWT", of("JWT")), ("jwt", of("jwt")), ("none", none.clone())]);
    let others = ["jwt+at", "dpop+jwt", "logout+jwt", "secevent+jwt", "", "at+jwt ", "application/jwt"];
    assert_refused(&orders, others.map(|kind| (kind, of(kind))));
    assert_refused(&orders, [("number", Token::alice().header("typ", 1).signed())]);
    // The strict profile.
    let strict = orders_with(|jwt| jwt.key(secret()).rfc9068());
    assert_accepted(
        &strict,
        [("at", of("at+jwt")), ("case", of("AT+jwt")), ("long", of("application/at+jwt"))],
    );
    assert_refused(&strict, [("JWT", of("JWT")), ("none", none), ("other", of("jwt+at"))]);
}

#[test]
fn j_02_iss_is_the_issuer_exactly() {
    let of = |issuer: Value| Token::alice().claim("iss", issuer).signed();
    assert_refused(
        &Orders::start(),
        [
            ("slash", of(json!(format!("{ISSUER}/")))),
            ("case", of(json!(ISSUER.to_uppercase()))),
            ("http", of(json!(ISSUER.replace("https", "http")))),
            ("array", of(json!([ISSUER]))),
            ("null", of(Value::Null)),
            ("absent", Token::alice().without("iss").signed()),
        ],
    );
}

#[test]
fn j_03_aud_names_this_service() {
    let of = |audience: Value| Token::alice().claim("aud", audience).signed();
    let own = auth_tests::issuer::AUDIENCE;
    let orders = Orders::start();
    assert_accepted(&orders, [("string", of(json!(own))), ("array", of(json!(["other", own])))]);
    let many: Vec<_> = (0..10_000).map(|number| number.to_string()).collect();
    assert_refused(
        &orders,
        [
            ("other", of(json!("other"))),
            ("prefix", of(json!(format!("{own}/v1")))),
            ("part", of(json!(&own[..own.len() - 1]))),
            ("array without", of(json!(["other"]))),
            ("empty", of(json!([]))),
            ("mixed", of(json!([own, 1]))),
            ("object", of(json!({ "a": own }))),
            ("absent", Token::alice().without("aud").signed()),
            ("ten thousand", of(json!(many))),
        ],
    );
    let both = orders_with(|jwt| jwt.key(secret()).audience("second"));
    assert_accepted(&both, [("first", of(json!(own))), ("second", of(json!("second")))]);
}

#[test]
fn j_04_signature_and_algorithm_are_checked() {
    let good = Token::alice().signed();
    let (message, signature) = good.rsplit_once('.').unwrap();
    let none = |name: &str| {
        format!("{}.{}.", encode(format!(r#"{{"alg":"{name}"}}"#)), encode(Token::alice().claims_text()))
    };
    let orders = Orders::start();
    let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
    assert_refused(
        &orders,
        [
            ("none", none("none")),
            ("None", none("None")),
            ("NONE", none("NONE")),
            ("absent", format!("{}.{}.", encode("{}"), encode(Token::alice().claims_text()))),
            ("empty signature", format!("{message}.")),
            ("flipped", format!("{message}.{flipped}{}", &signature[1..])),
            ("cut", format!("{message}.{}", &signature[..signature.len() - 4])),
            (
                "other claims",
                format!(
                    "{}.{}.{signature}",
                    message.split('.').next().unwrap(),
                    encode(Token::bob().claims_text())
                ),
            ),
            ("lower case", signed(r#"{"alg":"hs256"}"#, &Token::alice().claims_text())),
            ("HS512 in the header", signed(r#"{"alg":"HS512"}"#, &Token::alice().claims_text())),
        ],
    );
    // The public key as a secret.
    let pem = fixture("rsa.public.pem");
    let confused = Token::alice().signed_with(
        "HS256",
        jsonwebtoken::Algorithm::HS256,
        &EncodingKey::from_secret(pem.as_bytes()),
    );
    let rsa = orders_with(|jwt| jwt.key(Key::pem(Algorithm::RS256, fixture("rsa.public.pem"))));
    assert_refused(&rsa, [("confused", confused)]);
    // One key has one algorithm.
    for (name, _, algorithm, key, _) in asymmetric().into_iter().filter(|(name, ..)| *name != "RS256") {
        assert_refused(&rsa, [(name, Token::alice().signed_with(name, algorithm, &key))]);
    }
}

#[test]
fn j_04_every_algorithm_verifies_its_own_tokens_alone() {
    for (name, accepted, algorithm, key, pem) in asymmetric() {
        let token = Token::alice().signed_with(name, algorithm, &key);
        let orders = orders_with(|jwt| jwt.key(Key::pem(accepted, &pem)));
        assert_accepted(&orders, [(name, token.clone())]);
        let (message, signature) = token.rsplit_once('.').unwrap();
        let forged = format!("{message}.{}", signature.chars().rev().collect::<String>());
        assert_refused(&orders, [(name, forged), ("HS256", Token::alice().signed())]);
    }
    for (accepted, name, algorithm, length) in [
        (Algorithm::HS256, "HS256", jsonwebtoken::Algorithm::HS256, 32),
        (Algorithm::HS384, "HS384", jsonwebtoken::Algorithm::HS384, 48),
        (Algorithm::HS512, "HS512", jsonwebtoken::Algorithm::HS512, 64),
    ] {
        let orders = orders_with(|jwt| jwt.key(Key::secret(accepted, vec![b'a'; length])));
        let by = |letter: u8| {
            Token::alice().signed_with(name, algorithm, &EncodingKey::from_secret(&vec![letter; length]))
        };
        assert_accepted(&orders, [(name, by(b'a'))]);
        assert_refused(&orders, [(name, by(b'b'))]);
    }
}

#[test]
fn j_04_keys_may_be_given_as_jwk() {
    for (name, accepted, algorithm, key, _) in asymmetric() {
        let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&key, algorithm).unwrap();
        let mut jwk = serde_json::to_value(jwk).unwrap();
        jwk["kid"] = json!("2026-11");
        jwk["use"] = json!("sig");
        let token = |id: &str| Token::alice().header("kid", id).signed_with(name, algorithm, &key);
        let orders = orders_with(|jwt| jwt.key(Key::jwk(jwk.to_string())));
        assert_accepted(&orders, [(name, token("2026-11"))]);
        assert_refused(&orders, [(name, token("2026-10")), ("HS256", Token::alice().signed())]);
        // Its algorithm may be left out where the curve says it, and has to be named for RSA.
        jwk.as_object_mut().unwrap().remove("alg");
        let orders = orders_with(|jwt| jwt.key(Key::jwk(jwk.to_string()).algorithm(accepted)));
        assert_accepted(&orders, [(name, token("2026-11"))]);
    }
}

/// Of two issuers with keys of the same `kid`, each one's token that claims to be the other's.
fn assert_keys_are_not_shared(issuers: [(&'static str, jsonwebtoken::Algorithm, &EncodingKey, Key); 2]) {
    const NAMES: [&str; 2] = [ISSUER, "https://other.example"];
    let [(_, _, _, first), (_, _, _, second)] = &issuers;
    let keys = [first.clone().id("2026-11"), second.clone().id("2026-11")];
    let orders = Orders::start_with(|issuer| {
        let each = NAMES.into_iter().zip(keys);
        let each = each.map(|(name, key)| issuer.verifier().issuer(name).key(key).build().unwrap());
        Authorizer::builder().bearer(Issuers::new(each).unwrap()).build().unwrap()
    });
    for (position, (name, algorithm, key, _)) in issuers.into_iter().enumerate() {
        let claiming = |issuer: &str| Token::alice().claim("iss", issuer);
        let (own, other) = (claiming(NAMES[position]), claiming(NAMES[1 - position]));
        for id in [Some("2026-11"), None] {
            let signed = |token: &Token| match id {
                Some(id) => token.clone().header("kid", id).signed_with(name, algorithm, key),
                None => token.signed_with(name, algorithm, key),
            };
            // Its own ones are remembered when the forged ones come, and are not forgotten for them.
            for _ in 0..2 {
                assert_accepted(&orders, [(name, signed(&own))]);
                assert_refused(&orders, [(name, signed(&other))]);
            }
        }
    }
}

/// A key pair whose private part is this byte, 32 times (RFC 8410 §7).
fn ed25519(byte: u8) -> (EncodingKey, Key) {
    let head = [0x30, 0x2E, 2, 1, 0, 0x30, 5, 6, 3, 0x2B, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let private = EncodingKey::from_ed_der(&[head.as_slice(), &[byte; 32]].concat());
    let public = jsonwebtoken::jwk::Jwk::from_encoding_key(&private, jsonwebtoken::Algorithm::EdDSA).unwrap();
    (private, Key::jwk(serde_json::to_string(&public).unwrap()))
}

#[test]
fn j_05_keys_belong_to_the_issuer_claimed() {
    use jsonwebtoken::Algorithm as Signed;

    let second = b"the second secret of 32 bytes...";
    let (ours, theirs) = (EncodingKey::from_secret(SECRET), EncodingKey::from_secret(second));
    assert_keys_are_not_shared([
        ("HS256", Signed::HS256, &ours, secret()),
        ("HS256", Signed::HS256, &theirs, Key::secret(Algorithm::HS256, second)),
    ]);
    // Two keys of one algorithm, so that nothing but the key itself tells them apart.
    let [(own, public), (other, others)] = [1, 2].map(ed25519);
    assert_keys_are_not_shared([
        ("EdDSA", Signed::EdDSA, &own, public),
        ("EdDSA", Signed::EdDSA, &other, others),
    ]);
    // Each with each other one, a secret among them.
    let mut all: Vec<_> = asymmetric()
        .into_iter()
        .filter(|(name, ..)| matches!(*name, "RS256" | "ES256" | "ES384" | "EdDSA"))
        .map(|(name, accepted, algorithm, key, pem)| (name, algorithm, key, Key::pem(accepted, pem)))
        .collect();
    all.push(("HS256", Signed::HS256, ours, secret()));
    for (position, (name, algorithm, key, public)) in all.iter().enumerate() {
        for (other, others_algorithm, others_key, others_public) in &all[..position] {
            assert_keys_are_not_shared([
                (name, *algorithm, key, public.clone()),
                (other, *others_algorithm, others_key, others_public.clone()),
            ]);
        }
    }
}

#[test]
fn j_06_rs256_is_supported() {
    let (_, _, algorithm, key, pem) = asymmetric().remove(0);
    let orders = orders_with(|jwt| jwt.key(Key::pem(Algorithm::RS256, &pem)));
    assert_accepted(&orders, [("RS256", Token::alice().signed_with("RS256", algorithm, &key))]);
}

#[test]
fn j_07_the_instant_of_exp_is_expired() {
    let of = |expires: i64| Token::alice().claim("exp", NOW.cast_signed() + expires).signed();
    let orders = Orders::start();
    assert_accepted(&orders, [("one second left", of(1))]);
    assert_refused(
        &orders,
        [("now", of(0)), ("past", of(-1)), ("absent", Token::alice().without("exp").signed())],
    );
    let lenient = orders_with(|jwt| jwt.key(secret()).leeway(Duration::from_secs(10)));
    assert_accepted(&lenient, [("within the leeway", of(-9))]);
    assert_refused(&lenient, [("beyond the leeway", of(-10))]);
}

#[test]
fn j_07_by_a_broken_clock_everything_is_expired() {
    let orders = Orders::start_with(|_| {
        let jwt = Jwt::builder().issuer(ISSUER).audience(auth_tests::issuer::AUDIENCE).key(secret());
        let jwt = jwt.clock(|| UNIX_EPOCH - Duration::from_secs(1)).build().unwrap();
        Authorizer::builder().bearer(jwt).build().unwrap()
    });
    assert_refused(
        &orders,
        [("good", Token::alice().signed()), ("old", Token::alice().claim("exp", 1).signed())],
    );
}

#[test]
fn j_08_nbf_in_the_future_is_refused() {
    let of = |begins: i64| Token::alice().claim("nbf", NOW.cast_signed() + begins).signed();
    let orders = Orders::start();
    assert_accepted(&orders, [("past", of(-1)), ("now", of(0))]);
    assert_refused(&orders, [("next second", of(1)), ("an hour", of(3600))]);
    let lenient = orders_with(|jwt| jwt.key(secret()).leeway(Duration::from_secs(10)));
    assert_accepted(&lenient, [("within the leeway", of(10))]);
    assert_refused(&lenient, [("beyond the leeway", of(11))]);
}

#[test]
fn j_09_required_claims_are_there() {
    let strict = orders_with(|jwt| jwt.key(secret()).rfc9068());
    assert_accepted(&strict, [("all", Token::alice().signed())]);
    for claim in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        assert_refused(&strict, [(claim, Token::alice().without(claim).signed())]);
    }
    let orders = Orders::start();
    for claim in ["sub", "client_id", "iat", "jti"] {
        assert_accepted(&orders, [(claim, Token::alice().without(claim).signed())]);
    }
    assert_refused(&orders, [("sub as a number", Token::alice().claim("sub", 7).signed())]);
}

#[test]
fn j_10_keys_of_the_token_are_not_followed() {
    let canary = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    canary.set_nonblocking(true).unwrap();
    let url = format!("http://{}/jwks", canary.local_addr().unwrap());
    let (_, _, algorithm, key, _) = asymmetric().remove(8);
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let orders = orders_with(|jwt| jwt.key(secret().id("current")));
    let own = |token: Token| token.signed_with("EdDSA", algorithm, &key);
    assert_refused(
        &orders,
        [
            ("jku", own(Token::alice().header("jku", url.clone()))),
            ("x5u", own(Token::alice().header("x5u", url.clone()))),
            ("jwk", own(Token::alice().header("jwk", jwk))),
            ("path", Token::alice().header("kid", "../../../dev/null").signed()),
            ("sql", Token::alice().header("kid", "' or '1'='1").signed()),
            ("unknown", Token::alice().header("kid", "previous").signed()),
            ("a number", Token::alice().header("kid", 7).signed()),
            ("null", Token::alice().header("kid", json!(null)).signed()),
        ],
    );
    assert_accepted(&orders, [("kid", Token::alice().header("kid", "current").header("jku", url).signed())]);
    assert_eq!(canary.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn j_11_critical_extensions_are_refused() {
    let orders = Orders::start();
    assert_refused(
        &orders,
        [
            ("unknown", Token::alice().header("crit", json!(["x"])).header("x", 1).signed()),
            ("empty", Token::alice().header("crit", json!([])).signed()),
            ("b64", Token::alice().header("crit", json!(["b64"])).header("b64", false).signed()),
            ("b64 alone", Token::alice().header("b64", false).signed()),
            ("b64 true", Token::alice().header("b64", true).signed()),
        ],
    );
}

#[test]
fn j_12_encrypted_tokens_are_refused() {
    let header = encode(r#"{"alg":"dir","enc":"A128GCM"}"#);
    let parts = format!("{header}..aXY.Y2lwaGVy.dGFn");
    assert_refused(
        &Orders::start(),
        [
            ("five parts", parts),
            ("four", "a.b.c.d".to_owned()),
            ("two", "a.b".to_owned()),
            ("dots", "..".to_owned()),
        ],
    );
}

#[test]
fn j_13_other_kinds_of_token_are_refused() {
    let plain = Token::alice().header("typ", "JWT");
    assert_refused(
        &Orders::start(),
        [
            ("ID token", plain.clone().claim("at_hash", "x").signed()),
            ("ID token of a code", plain.clone().claim("c_hash", "x").signed()),
            (
                "logout token",
                plain
                    .clone()
                    .claim("events", json!({ "http://schemas.openid.net/event/backchannel-logout": {} }))
                    .signed(),
            ),
            ("ID token by its claim", plain.clone().claim("typ", "ID").signed()),
            ("refresh token", plain.clone().claim("typ", "Refresh").signed()),
            ("ID token by its use", plain.clone().claim("token_use", "id").signed()),
            ("logout token by typ", plain.clone().header("typ", "logout+jwt").signed()),
            ("DPoP proof", plain.clone().header("typ", "dpop+jwt").signed()),
            // RFC 7523: its audience is the authorization server.
            ("client assertion", plain.claim("aud", ISSUER).claim("iss", "web").claim("sub", "web").signed()),
        ],
    );
}

#[test]
fn j_13_access_tokens_by_any_name_are_accepted() {
    let plain = Token::alice().header("typ", "JWT");
    let orders = Orders::start();
    assert_accepted(&orders, [("typ", plain.clone().claim("typ", "Bearer").signed())]);
    assert_accepted(&orders, [("use", plain.clone().claim("token_use", "access").signed())]);
    // Without any mark the audience alone tells an ID token apart; the strict profile knows better.
    let unmarked = plain.claim("nonce", "n").claim("azp", "web").signed();
    assert_accepted(&orders, [("unmarked", unmarked.clone())]);
    assert_refused(&orders_with(|jwt| jwt.key(secret()).rfc9068()), [("unmarked", unmarked)]);
}

#[test]
fn j_13_bound_tokens_are_no_bearer_tokens() {
    for bound in
        [json!({ "jkt": "x" }), json!({ "x5t#S256": "x" }), json!(null), json!(""), json!(1), json!({})]
    {
        assert_refused(&Orders::start(), [("cnf", Token::alice().claim("cnf", bound).signed())]);
    }
}

#[test]
fn j_14_duplicate_names_are_refused() {
    let claims = Token::alice().claims_text();
    let with = |more: &str| signed(r#"{"alg":"HS256"}"#, &claims.replacen('{', &format!("{{{more},"), 1));
    let orders = Orders::start();
    assert_accepted(&orders, [("one more", with(r#""other":1"#))]);
    assert_refused(
        &orders,
        [
            ("scope", with(r#""scope":"orders:read""#)),
            ("aud", with(r#""aud":"other""#)),
            ("exp", with(r#""exp":9999999999"#)),
            ("escaped", with(r#""\u0073ub":"bob""#)),
            ("nested", with(r#""a":{"b":1,"b":2}"#)),
            ("header", signed(r#"{"alg":"HS256","alg":"HS256"}"#, &claims)),
        ],
    );
}

#[test]
fn j_15_nothing_of_a_refused_token_is_used() {
    log::keep();
    let orders = Orders::start();
    let forged = Token::of("mallory-of-the-log").signed() + "AAAA";
    assert_refused(&orders, [("forged", forged.clone())]);
    assert!(!log::lines().contains("mallory-of-the-log"));
    // A public handler that asks who it is sees nobody.
    assert_eq!(orders.get_as("/pub", forged).text(), "anonymous");
    assert_eq!(orders.get_as("/pub", Token::alice().signed()).text(), "alice");
}

#[test]
fn j_16_scope_is_one_string_unless_asked_for_otherwise() {
    let scopes =
        |orders: &Orders, token: Token| orders.get_as("/me", token.signed()).json()["scopes"].clone();
    let array = Token::of("alice").claim("scope", json!(["a", "b"]));
    let scp = Token::of("alice").claim("scp", json!(["a", "b"]));
    let text = Token::of("alice").claim("scp", "b a");
    let orders = Orders::start();
    for token in [array.clone(), scp.clone(), text.clone(), Token::of("alice").claim("scope", 7)] {
        assert_eq!(scopes(&orders, token), json!([]));
    }
    let orders = orders_with(|jwt| jwt.key(secret()).scopes_from("scope").scopes_from("scp"));
    for token in [array, scp, text] {
        assert_eq!(scopes(&orders, token), json!(["a", "b"]));
    }
    for odd in [json!(["a", 1]), json!({ "a": 1 }), json!(null), json!(true)] {
        assert_eq!(scopes(&orders, Token::of("alice").claim("scp", odd)), json!([]));
    }
    // A name with a space in an array is one name, and no scope.
    assert_eq!(scopes(&orders, Token::of("alice").claim("scp", json!(["a b"]))), json!(["a b"]));
}

#[test]
fn j_17_roles_come_from_the_configured_claim() {
    let roles = |orders: &Orders, token: Token| orders.get_as("/me", token.signed()).json()["roles"].clone();
    let orders = Orders::start();
    assert_eq!(roles(&orders, Token::of("alice").claim("roles", json!(["b", "a", "b"]))), json!(["a", "b"]));
    assert_eq!(
        roles(&orders, Token::of("alice").claim("roles", "of one word or two")),
        json!(["of one word or two"])
    );
    for odd in [json!(7), json!(["a", 7]), json!({ "a": true }), json!(null)] {
        assert_eq!(roles(&orders, Token::of("alice").claim("roles", odd)), json!([]));
    }
    let nested = |names: Value| {
        Token::of("alice").claim("realm_access", json!({ "roles": names, "a/b": { "~": ["c"] } }))
    };
    let orders = orders_with(|jwt| {
        jwt.key(secret()).roles_from("/realm_access/roles").roles_from("https://x.example/roles")
    });
    assert_eq!(roles(&orders, nested(json!(["admin"]))), json!(["admin"]));
    assert_eq!(
        roles(&orders, Token::of("alice").claim("https://x.example/roles", json!(["r"]))),
        json!(["r"])
    );
    assert_eq!(roles(&orders, Token::of("alice").claim("roles", json!(["admin"]))), json!([]));
    let orders = orders_with(|jwt| jwt.key(secret()).roles_from("/realm_access/a~1b/~0"));
    assert_eq!(roles(&orders, nested(json!([]))), json!(["c"]));
}

#[test]
fn j_19_base64url_and_utf8_are_strict() {
    let claims = Token::alice().claims_text();
    let good = Token::alice().signed();
    let mut parts = good.split('.').map(str::to_owned);
    let (header, payload, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let resign = |message: String| {
        let key = EncodingKey::from_secret(SECRET);
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
        format!("{message}.{signature}")
    };
    let orders = Orders::start();
    // Alternative alphabets, signed as they are.
    let url_safe = encode(Token::alice().claim("x", "???>>>~~~").claims_text());
    assert!(url_safe.contains('-') || url_safe.contains('_'));
    assert_accepted(&orders, [("the URL's alphabet", resign(format!("{header}.{url_safe}")))]);
    assert_refused(
        &orders,
        [
            ("plus and slash", resign(format!("{header}.{}", url_safe.replace('-', "+").replace('_', "/")))),
            (
                "signature with other trailing bits",
                format!("{header}.{payload}.{}", flip_trailing_bits(&signature)),
            ),
            ("invalid UTF-8", signed_bytes(b"{\"sub\":\"\xff\"}")),
            ("no object", signed(r#"{"alg":"HS256"}"#, "[]")),
            ("trailing text", signed(r#"{"alg":"HS256"}"#, &(claims.clone() + "{}"))),
            ("byte order mark", signed(r#"{"alg":"HS256"}"#, &format!("\u{feff}{claims}"))),
        ],
    );
    // Padding inside the field is no legal header at all.
    assert_eq!(orders.get_as("/me", resign(format!("{header}.{payload}="))).status(), 400);
    // Padding at the end of the field is legal in a header, and no legal token.
    assert_refused(&orders, [("padded signature", good + "=")]);
}

fn signed_bytes(claims: &[u8]) -> String {
    let message = format!("{}.{}", encode(r#"{"alg":"HS256"}"#), encode(claims));
    let key = EncodingKey::from_secret(SECRET);
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

/// The same 32 bytes for a lax decoder: the last of 43 letters has two bits to spare.
fn flip_trailing_bits(signature: &str) -> String {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = LETTERS.find(&signature[42..]).unwrap();
    format!("{}{}", &signature[..42], &LETTERS[last + 1..last + 2])
}

#[test]
fn j_20_long_and_deep_tokens_are_refused_quickly() {
    let orders = Orders::start();
    let began = Instant::now();
    let long = |length: usize| Token::alice().claim("long", "x".repeat(length)).signed();
    assert_accepted(&orders, [("eight KiB", long(6_000))]);
    let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(2_000), "]".repeat(2_000));
    assert_refused(
        &orders,
        [
            ("beyond 16 KiB", long(16_000)),
            ("64 KiB", long(48_000)),
            ("letters", "a".repeat(60_000)),
            ("dots", ".".repeat(16_000)),
            ("deep claims", signed(r#"{"alg":"HS256"}"#, &deep)),
            ("deep header", signed(&deep, "{}")),
        ],
    );
    // Far more than it takes, and far less than anything quadratic would.
    assert!(began.elapsed() < Duration::from_secs(5));
    // actix-web reads heads of up to 128 KiB and answers longer ones by itself.
    let response = orders
        .raw(format!("GET /me HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\n\r\n", "a".repeat(1 << 20)));
    assert!((400..500).contains(&response.status()), "{}", response.status_line);
}

#[test]
fn j_23_numeric_dates_are_numbers() {
    let of = |name: &str, value: &str| {
        let claims = Token::alice().without(name).claims_text();
        signed(r#"{"alg":"HS256"}"#, &claims.replacen('{', &format!("{{\"{name}\":{value},"), 1))
    };
    let orders = Orders::start();
    assert_accepted(&orders, [("fraction", of("exp", "1800000060.5")), ("exponent", of("exp", "1.9e9"))]);
    assert_accepted(&orders, [("large", of("exp", "9223372036854775807"))]);
    for value in [
        "\"9999999999\"",
        "1e400",
        "-1",
        "null",
        "true",
        "[]",
        "18446744073709551615",
        "9223372036854775808",
        "1e30",
        "-0.5",
    ] {
        for name in ["exp", "nbf", "auth_time"] {
            assert_refused(&orders, [("not a number in range", of(name, value))]);
        }
    }
}

#[test]
fn j_24_ed25519_has_two_names_and_one_curve() {
    let (_, _, algorithm, key, pem) = asymmetric().remove(8);
    let orders = orders_with(|jwt| jwt.key(Key::pem(Algorithm::EdDSA, &pem)));
    for name in ["EdDSA", "Ed25519"] {
        assert_accepted(&orders, [(name, Token::alice().signed_with(name, algorithm, &key))]);
    }
    for name in ["Ed448", "ed25519", "ES256"] {
        assert_refused(&orders, [(name, Token::alice().signed_with(name, algorithm, &key))]);
    }
    let header = r#"{"alg":"Ed25519"}"#;
    let ec = EncodingKey::from_ec_pem(fixture("p256.private.pem").as_bytes()).unwrap();
    let other = signed_by(header, &Token::alice().claims_text(), jsonwebtoken::Algorithm::ES256, &ec);
    assert_refused(&orders, [("another curve", other)]);
}

#[test]
fn j_04_several_keys_are_chosen_by_kid() {
    let second = b"the second secret of 32 bytes...";
    let orders =
        orders_with(|jwt| jwt.key(secret().id("a")).key(Key::secret(Algorithm::HS256, second).id("b")));
    let by = |secret: &[u8], id: &str| {
        Token::alice().header("kid", id).signed_with(
            "HS256",
            jsonwebtoken::Algorithm::HS256,
            &EncodingKey::from_secret(secret),
        )
    };
    assert_accepted(&orders, [("a", by(SECRET, "a")), ("b", by(second, "b"))]);
    assert_refused(
        &orders,
        [("crossed", by(second, "a")), ("crossed", by(SECRET, "b")), ("unknown", by(SECRET, "c"))],
    );
    // Without `kid` the signature decides.
    let unnamed = |secret: &[u8]| {
        Token::alice().signed_with("HS256", jsonwebtoken::Algorithm::HS256, &EncodingKey::from_secret(secret))
    };
    assert_accepted(&orders, [("a", unnamed(SECRET)), ("b", unnamed(second))]);
    assert_refused(&orders, [("neither", unnamed(b"the third secret of 32 bytes...."))]);
    // A key without an id serves any `kid`.
    assert_accepted(&Orders::start(), [("any", by(SECRET, "2026-11"))]);
}
