//! Settings of verifiers and authorizers that are refused. Each message names the setting and the remedy.

use std::time::Duration;

use auth_runtime::{
    Algorithm, Authorizer, ConfigError, Credential, Denial, Jwt, Key, Principal, Refusal, Scheme,
    jwt::JwtBuilder, settings::AuthorizerBuilder,
};
use auth_tests::issuer::{SECRET, encode, fixture, secret};

const ED25519: &str = r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;

/// Results that have to be refused, each with a part of its message.
type Refused = Vec<(Result<Jwt, ConfigError>, &'static str)>;

fn jwt() -> JwtBuilder {
    Jwt::builder().issuer("https://issuer.example").audience("orders")
}

fn with(key: Key) -> Result<Jwt, ConfigError> {
    jwt().key(key).build()
}

fn pem(algorithm: Algorithm, name: &str) -> Key {
    Key::pem(algorithm, fixture(name))
}

/// Returns a key of Ed25519 with more members.
fn jwk(more: &str) -> Key {
    Key::jwk(format!("{{{ED25519}{more}}}"))
}

fn rsa(exponent: &str) -> String {
    let modulus = encode([0xC1; 256]);
    format!(r#"{{"kty":"RSA","alg":"RS256","n":"{modulus}","e":"{exponent}"}}"#)
}

fn verifiers() -> Refused {
    vec![
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
        (jwt().key(secret()).key(jwk("")).build(), "secrets and public keys stand in one set"),
        (jwt().key(jwk(r#","kid":"a""#)).key(jwk("").id("a")).build(), "two keys have the id `a`"),
    ]
}

fn secrets_and_pems() -> Refused {
    vec![
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
    ]
}

fn jwks() -> Refused {
    vec![
        (with(Key::jwk(format!("{{\"keys\":[{{{ED25519}}}]}}"))), "one entry of its `keys`"),
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
    ]
}

#[test]
fn a_misconfigured_verifier_says_what_to_do() {
    for (result, sentence) in [verifiers(), secrets_and_pems(), jwks()].into_iter().flatten() {
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

fn refuse(_: &Credential<'_>) -> Result<Principal, Refusal> {
    Err(Denial::Anonymous.into())
}

#[test]
fn a_misconfigured_authorizer_says_what_to_do() {
    fn accepting(scheme: Scheme) -> Result<Authorizer, ConfigError> {
        AuthorizerBuilder::scheme(Authorizer::builder(), scheme).build()
    }
    let schemes: Vec<(Result<Authorizer, ConfigError>, &str)> = vec![
        (Authorizer::builder().build(), "no scheme is accepted"),
        (Authorizer::builder().bearer(refuse).bearer(refuse).build(), "`Bearer` is accepted twice"),
        (accepting(Scheme::new("a b", refuse)), "`a b` is no name for a scheme"),
        (accepting(Scheme::new("A", refuse).parameter("realm", "x")), "`realm` is written by the authorizer"),
        (accepting(Scheme::new("A", refuse).parameter("x", "é")), "`x` is not printable ASCII"),
        (accepting(Scheme::new("A", refuse).parameter("x", "1").parameter("X", "2")), "`x` is there twice"),
        (Authorizer::builder().bearer(refuse).realm("\n").build(), "`realm`: is empty or not printable"),
        (Authorizer::builder().bearer(refuse).resource_metadata("x").build(), "is not an absolute https URL"),
    ];
    for (result, sentence) in schemes {
        let error = result.expect_err(sentence).to_string();
        assert!(error.contains(sentence) && error.contains("; "), "{error}");
    }
}
