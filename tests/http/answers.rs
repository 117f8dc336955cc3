//! The answers of the runtime, for every form of attribute.

use std::time::Duration;

use actix_web::{Responder, web};
use auth_runtime::{
    Algorithm, Authentication, Authorizer, AuthorizerBuilder, Claims, ConfigError, Credential, Denial,
    Denied, InvalidCredential, Jwt, JwtBuilder, Key, Principal, Scheme, public, require, require_auth,
    require_role, require_scope,
};
use auth_tests::{
    Issuer, Response, Server, Token,
    app::Calls,
    issuer::{SECRET, fixture},
    wire::bearer,
};

macro_rules! handlers {
    ($($(#[$attribute:meta])+ $name:ident)+) => {
        $(
            $(#[$attribute])+
            async fn $name(calls: web::Data<Calls>, _body: web::Json<u8>) -> impl Responder {
                calls.count();
                "done"
            }
        )+
    };
}

handlers! {
    #[require_auth] auth
    #[require_auth(hide(anonymous))] auth_hidden
    #[require_scope("a", "b")] scopes
    #[require_scope(any("a", "b"))] any_scope
    #[require_scope("a", "b", hide)] scopes_hidden
    #[require_scope("a", "b", hide(anonymous))] scopes_hidden_anonymous
    #[require_role("r")] role
    #[require_role("r", "s", hide)] roles_hidden
    #[require_role(any("r", "s"), hide(anonymous))] any_role_hidden_anonymous
    #[require(any(role("r"), all(role("s"), scope("a"))))] tree
    #[require(any(role("r"), all(role("s"), scope("a"))), hide)] tree_hidden
    #[require(scope("a"), role("r"), hide(anonymous))] tree_hidden_anonymous
    #[require(authenticated)] authenticated
    #[public("for everybody")] open
}

fn routes(config: &mut web::ServiceConfig) {
    macro_rules! route {
        ($($name:ident)+) => { config$(.route(concat!("/", stringify!($name)), web::post().to($name)))+ };
    }
    route!(auth auth_hidden scopes any_scope scopes_hidden scopes_hidden_anonymous role roles_hidden);
    route!(any_role_hidden_anonymous tree tree_hidden tree_hidden_anonymous authenticated open);
}

/// The scopes and the roles of a principal, and the status that they are answered with.
type Case = (&'static str, &'static str, u16);
const FORMS: [(&str, &str, &[Case]); 14] = [
    ("auth", "", &[("", "", 200), ("a", "r", 200)]),
    ("auth_hidden", "anonymous", &[("", "", 200)]),
    ("scopes", "", &[("a b", "", 200), ("a", "", 403), ("b", "", 403), ("", "r", 403), ("a b", "r s", 200)]),
    ("any_scope", "", &[("a", "", 200), ("b", "", 200), ("c", "", 403), ("", "a", 403)]),
    ("scopes_hidden", "hide", &[("a b", "", 200), ("a", "", 404), ("", "r s", 404)]),
    ("scopes_hidden_anonymous", "anonymous", &[("a b", "", 200), ("a", "", 404)]),
    ("role", "", &[("", "r", 200), ("", "s", 403), ("r", "", 403), ("a b", "", 403)]),
    ("roles_hidden", "hide", &[("", "r s", 200), ("", "r", 404), ("r s", "", 404)]),
    ("any_role_hidden_anonymous", "anonymous", &[("", "r", 200), ("", "s", 200), ("r", "t", 404)]),
    ("tree", "", &[("", "r", 200), ("a", "s", 200), ("a", "", 403), ("", "s", 403), ("s", "a", 403)]),
    ("tree_hidden", "hide", &[("", "r", 200), ("a", "s", 200), ("a", "", 404), ("", "s", 404)]),
    ("tree_hidden_anonymous", "anonymous", &[("a", "r", 200), ("a", "", 404), ("", "r", 404)]),
    ("authenticated", "", &[("", "", 200)]),
    ("open", "public", &[("", "", 200)]),
];

struct Fixture {
    server: Server,
    calls: Calls,
}

/// Authenticates as the credential says.
fn play(credential: &Credential<'_>) -> Authentication {
    let answer = match credential.value() {
        "down" => Err(Denial::Unavailable {
            retry_after: Duration::from_secs(7),
            cause: "the store is gone".into(),
        }),
        "wrong" => Err(Denial::InvalidCredential(InvalidCredential::Refused("it is wrong"))),
        _ => Ok(Principal::builder().subject("somebody").build()),
    };
    answer.into()
}

impl Fixture {
    fn start(authorizer: Option<Authorizer>) -> Self {
        let calls = Calls::default();
        let counted = calls.clone();
        let server = Server::start(move |config| {
            config.app_data(web::Data::new(counted.clone())).configure(routes);
            if let Some(authorizer) = &authorizer {
                config.app_data(authorizer.clone());
            }
        });
        Self { server, calls }
    }

    /// Asks with a good body and with a broken one, and asserts that a denial is the same for both.
    fn ask(&self, form: &str, lines: &[&str]) -> Response {
        let good = self.server.send_json("POST", &format!("/{form}"), lines, "1");
        let ran = self.calls.take();
        assert_eq!(ran, usize::from(good.status() == 200), "{form}: {good:?}");
        if good.status() != 200 {
            let broken = self.server.send_json("POST", &format!("/{form}"), lines, "{");
            assert_eq!(good.masked(), broken.masked(), "{form}");
        }
        good
    }

    fn absent(&self, lines: &[&str]) -> Response {
        self.server.send_json("POST", "/no-such-path", lines, "1").masked()
    }
}

fn token(scopes: &str, roles: &str) -> String {
    let roles: Vec<_> = roles.split_whitespace().collect();
    bearer(Token::of("somebody").claim("scope", scopes).claim("roles", roles).signed())
}

#[test]
fn principals_are_held_against_the_requirement() {
    let fixture = Fixture::start(Some(Issuer::default().authorizer()));
    for (form, _, cases) in FORMS {
        for (scopes, roles, status) in cases {
            let token = token(scopes, roles);
            let response = fixture.ask(form, &[&token]);
            assert_eq!(response.status(), *status, "{form} with scopes `{scopes}` and roles `{roles}`");
            assert_eq!(response.challenges().len(), 0, "{form}");
            if *status == 404 {
                assert_eq!(response.masked(), fixture.absent(&[&token]), "{form}");
            }
        }
    }
}

#[test]
fn callers_who_prove_nothing_get_the_one_answer_of_their_case() {
    let fixture = Fixture::start(Some(Issuer::default().authorizer()));
    let (good, expired) = (token("a b", "r s"), bearer(Token::expired().signed()));
    let cases: [(&[&str], u16, Option<&str>); 7] = [
        (&[], 401, None),
        (&["authorization: Basic YTpi"], 401, None),
        (&[&expired], 401, Some("invalid_token")),
        (&["authorization: Bearer x.y.z"], 401, Some("invalid_token")),
        (&["authorization: Bearer a b"], 400, Some("invalid_request")),
        (&["authorization: Bearer"], 400, Some("invalid_request")),
        (&[&good, &good], 400, Some("invalid_request")),
    ];
    for (lines, status, error) in cases {
        let mut answers = Vec::new();
        for (form, hide, _) in FORMS {
            let response = fixture.ask(form, lines);
            match hide {
                "public" => assert_eq!(response.status(), 200, "{form} {lines:?}"),
                "anonymous" => assert_eq!(response.masked(), fixture.absent(lines), "{form} {lines:?}"),
                _ => {
                    assert_eq!(response.status(), status, "{form} {lines:?}");
                    assert_eq!(
                        response.json().get("error").and_then(|error| error.as_str()),
                        error,
                        "{form} {lines:?}"
                    );
                    answers.push(response.masked());
                }
            }
        }
        // The answer does not depend on the handler.
        answers.dedup();
        assert_eq!(answers.len(), 1, "{lines:?}");
    }
}

#[test]
fn failures_of_the_server_are_never_hidden() {
    let playing = Authorizer::builder().bearer(play).build().unwrap();
    let fixture = Fixture::start(Some(playing));
    for (form, hide, _) in FORMS {
        let response = fixture.ask(form, &["authorization: Bearer down"]);
        let expected = if hide == "public" { (200, None) } else { (503, Some("7")) };
        assert_eq!((response.status(), response.field("retry-after")), expected, "{form}");
        assert_eq!(response.challenges().len(), 0, "{form}");
    }
    let bare = Fixture::start(None);
    for (form, hide, _) in FORMS {
        let response = bare.ask(form, &["x-expect: 500"]);
        assert_eq!(response.status(), if hide == "public" { 200 } else { 500 }, "{form}");
    }
}

#[test]
fn an_authorizer_inside_web_data_is_not_found_and_the_log_says_so() {
    auth_tests::log::keep();
    let authorizer = Issuer::default().authorizer();
    let server = Server::start(move |config| {
        config.app_data(web::Data::new(authorizer.clone())).configure(routes);
    });
    assert_eq!(server.send_json("POST", "/auth", &["x-expect: 500"], "1").status(), 500);
    assert!(auth_tests::log::lines().contains("add `.app_data(authorizer.clone())` to `App::new()`"));
}

#[test]
fn the_principal_is_an_argument_on_its_own() {
    #[derive(serde::Deserialize)]
    struct Tenant {
        tenant: String,
    }

    async fn required(principal: Principal) -> String {
        principal.subject().unwrap_or("nobody").to_owned()
    }
    async fn optional(principal: Option<Principal>) -> String {
        principal
            .and_then(|principal| principal.subject().map(str::to_owned))
            .unwrap_or_else(|| "nobody".to_owned())
    }
    async fn either(principal: Result<Principal, Denied>) -> Result<String, Denied> {
        match principal {
            Err(denied) if *denied.denial() == Denial::Anonymous => Ok("nobody".to_owned()),
            other => other.map(|principal| principal.subject().unwrap_or_default().to_owned()),
        }
    }
    async fn claims(Claims(claims): Claims<Tenant>) -> String {
        claims.tenant
    }
    let authorizer = Issuer::default().authorizer();
    #[require_auth(hide(anonymous))]
    async fn hidden(Claims(claims): Claims<Tenant>) -> String {
        claims.tenant
    }
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone());
        config.route("/hidden", web::get().to(hidden));
        config.route("/required", web::get().to(required)).route("/optional", web::get().to(optional));
        config.route("/either", web::get().to(either)).route("/claims", web::get().to(claims));
    });
    let ask = |path: &str, token: Option<Token>| match token {
        Some(token) => server.get_as(path, token.signed()),
        None => server.get(path, &[]),
    };
    let said = |path: &str, token: Option<Token>| {
        let response = ask(path, token);
        (response.status(), if response.status() == 200 { response.text() } else { String::new() })
    };
    let answer = |status: u16, text: &str| (status, text.to_owned());
    for (path, anonymous, expired) in [
        ("/required", answer(401, ""), answer(401, "")),
        ("/optional", answer(200, "nobody"), answer(200, "nobody")),
        ("/either", answer(200, "nobody"), answer(401, "")),
        ("/claims", answer(401, ""), answer(401, "")),
    ] {
        assert_eq!(said(path, None), anonymous, "{path}");
        assert_eq!(said(path, Some(Token::expired())), expired, "{path}");
    }
    assert_eq!(said("/required", Some(Token::alice())), answer(200, "alice"));
    assert_eq!(said("/optional", Some(Token::alice())), answer(200, "alice"));
    assert_eq!(said("/either", Some(Token::alice())), answer(200, "alice"));
    assert_eq!(said("/claims", Some(Token::alice().claim("tenant", "acme"))), answer(200, "acme"));
    assert_eq!(said("/claims", Some(Token::alice())), answer(403, ""));
    assert_eq!(said("/hidden", Some(Token::alice())), answer(404, ""));
    assert_eq!(said("/hidden", Some(Token::alice().claim("tenant", "acme"))), answer(200, "acme"));
    auth_tests::log::keep();
    assert_eq!(said("/claims", Some(Token::alice().claim("tenant", 7))), answer(403, ""));
    assert!(auth_tests::log::lines().contains("the claims do not have the shape of"));
}

/// Every sentence that a builder can say names the setting and the remedy.
#[test]
fn a_misconfigured_verifier_says_what_to_do() {
    fn jwt() -> JwtBuilder {
        Jwt::builder().issuer("https://issuer.example").audience("orders")
    }
    fn with(key: Key) -> Result<Jwt, ConfigError> {
        jwt().key(key).build()
    }
    let secret = || Key::secret(Algorithm::HS256, SECRET);
    let pem = |algorithm, name: &str| Key::pem(algorithm, fixture(name));
    let ed = r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;
    let rsa = |exponent: &str| {
        let modulus = auth_tests::issuer::encode([0xC1; 256]);
        format!(r#"{{"kty":"RSA","alg":"RS256","n":"{modulus}","e":"{exponent}"}}"#)
    };
    let jwk = |more: &str| Key::jwk(format!("{{{ed}{more}}}"));
    let refused: Vec<(Result<Jwt, ConfigError>, &str)> = vec![
        (Jwt::builder().audience("a").key(secret()).build(), "`issuer`: is missing"),
        (Jwt::builder().issuer("").audience("a").key(secret()).build(), "`issuer`: is missing"),
        (Jwt::builder().issuer("i").key(secret()).build(), "`audience`: is missing"),
        (Jwt::builder().issuer("i").audience("").key(secret()).build(), "`audience`: is missing"),
        (jwt().build(), "`key`: is missing"),
        (jwt().key(secret()).leeway(Duration::from_secs(301)).build(), "`leeway`: is more than 300 seconds"),
        (
            jwt().key(secret()).leeway(Duration::from_millis(1)).build(),
            "`leeway`: is more than 300 seconds or not whole",
        ),
        (jwt().key(secret()).roles_from("").build(), "`roles_from`: `` names no claim"),
        (
            jwt().key(secret()).roles_from("realm_access/roles").build(),
            "a JSON pointer, which begins with a slash",
        ),
        (jwt().key(secret()).scopes_from("/").build(), "`scopes_from`: `/` names no claim"),
        (
            with(Key::secret(Algorithm::HS256, &SECRET[1..])),
            "a secret of 31 bytes is too short for HS256; use 32",
        ),
        (with(Key::secret(Algorithm::HS384, [1; 47])), "a secret of 47 bytes is too short for HS384; use 48"),
        (with(Key::secret(Algorithm::HS512, [1; 63])), "a secret of 63 bytes is too short for HS512; use 64"),
        (with(Key::secret(Algorithm::RS256, SECRET)), "RS256 has public keys and no secrets"),
        (with(pem(Algorithm::HS256, "rsa.public.pem")), "a PEM is no secret"),
        (with(pem(Algorithm::RS256, "rsa1024.public.pem")), "an RSA key of 1024 bits is not accepted"),
        (with(pem(Algorithm::RS256, "p256.public.pem")), "the PEM holds no key of this algorithm"),
        (with(pem(Algorithm::ES256, "rsa.public.pem")), "the PEM holds no key of this algorithm"),
        (with(pem(Algorithm::EdDSA, "p256.public.pem")), "the PEM holds no key of this algorithm"),
        (with(pem(Algorithm::ES256, "p384.public.pem")), "the key is not one for ES256"),
        (with(pem(Algorithm::ES384, "p521.public.pem")), "the key is not one for ES384"),
        (with(pem(Algorithm::RS256, "rsa.private.pem")), "`openssl pkey -pubout` makes it of a private key"),
        (
            with(pem(Algorithm::RS256, "rsa.certificate.pem")),
            "does not begin with `-----BEGIN PUBLIC KEY-----`",
        ),
        (
            with(Key::pem(Algorithm::RS256, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")),
            "holds no key",
        ),
        (with(Key::pem(Algorithm::RS256, "keys/public.pem")), "the text of the file, and not its path"),
        (
            with(Key::pem(Algorithm::RS256, fixture("rsa.public.pem").replace('\n', r"\n"))),
            "`\\n` in two letters",
        ),
        (with(Key::jwk(format!("{{\"keys\":[{{{ed}}}]}}"))), "one entry of its `keys`"),
        (with(Key::jwk("{")), "the JWK is not one JSON object"),
        (with(jwk(r#","d":"AAAA""#)), "the JWK is a private key"),
        (with(jwk(r#","use":"enc""#)), "the JWK is not meant for signatures"),
        (with(jwk(r#","key_ops":["sign"]"#)), "the JWK is not meant for signatures"),
        (with(jwk(r#","alg":"ES512""#)), "the JWK is for an `alg` that is not supported"),
        (with(jwk(r#","alg":"ES256""#)), "the key is not one for ES256"),
        (with(jwk("").algorithm(Algorithm::ES256)), "the JWK is for EdDSA"),
        (with(Key::jwk(r#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#)), "the key is not one for EdDSA"),
        (with(Key::jwk(r#"{"kty":"OKP","crv":"Ed25519","x":"*"}"#)), "an unknown `kty` or not base64url"),
        (with(Key::jwk(r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#)), "does not say its algorithm"),
        (with(Key::jwk(r#"{"kty":"RSA","alg":"RS256","n":"AQAB","e":"AQAB"}"#)), "an RSA key of 17 bits"),
        (with(Key::jwk(rsa("Ag"))), "exponent is even, 1, or of more than 33 bits"),
        (with(Key::jwk(rsa("AQ"))), "exponent is even, 1, or of more than 33 bits"),
        (with(Key::jwk(r#"{"kty":"oct","alg":"HS256","k":"AAAA"}"#)), "a secret of 3 bytes is too short"),
        (with(Key::jwk(r#"{"kty":"AKP","alg":"ML-DSA-44","pub":"AAAA"}"#)), "an `alg` that is not supported"),
        (with(Key::jwk(r#"{"kty":"AKP","pub":"AAAA"}"#)), "an unknown `kty`"),
        (jwt().key(secret()).key(jwk("")).build(), "secrets and public keys stand in one set"),
        (jwt().key(jwk(r#","kid":"a""#)).key(jwk("").id("a")).build(), "two keys have the id `a`"),
    ];
    for (result, sentence) in refused {
        let error = result.expect_err(sentence).to_string();
        assert!(error.contains(sentence), "{error}");
        assert!(error.contains("; "), "a remedy is missing: {error}");
    }
    for accepted in
        [jwk(""), jwk(r#","use":"sig","alg":"EdDSA""#), jwk(r#","alg":"Ed25519","key_ops":["verify"]"#)]
    {
        with(accepted).unwrap();
    }
}

#[test]
fn a_misconfigured_authorizer_says_what_to_do() {
    fn accepting(scheme: Scheme) -> Result<Authorizer, ConfigError> {
        AuthorizerBuilder::scheme(Authorizer::builder(), scheme).build()
    }
    let schemes: Vec<(Result<Authorizer, ConfigError>, &str)> = vec![
        (Authorizer::builder().build(), "no scheme is accepted"),
        (Authorizer::builder().bearer(play).bearer(play).build(), "`Bearer` is accepted twice"),
        (accepting(Scheme::new("a b", play)), "`a b` is no name for a scheme"),
        (accepting(Scheme::new("A", play).parameter("realm", "x")), "`realm` is written by the authorizer"),
        (accepting(Scheme::new("A", play).parameter("x", "é")), "`x` is not printable ASCII"),
        (accepting(Scheme::new("A", play).parameter("x", "1").parameter("X", "2")), "`x` is there twice"),
        (Authorizer::builder().bearer(play).realm("\n").build(), "`realm`: is empty or not printable"),
        (Authorizer::builder().bearer(play).resource_metadata("x").build(), "is not an absolute https URL"),
    ];
    for (result, sentence) in schemes {
        let error = result.expect_err(sentence).to_string();
        assert!(error.contains(sentence) && error.contains("; "), "{error}");
    }
}
