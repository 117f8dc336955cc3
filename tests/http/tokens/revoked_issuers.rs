//! Revocations that name an issuer, which some scheme has to have.

use std::time::UNIX_EPOCH;

use auth_runtime::{
    Authorizer, Credential, Principal, Scheme,
    revocation::{RevocationList, UnknownIssuer},
    settings::AuthorizerBuilder,
};
use auth_tests::{Issuer, app::Orders, issuer::ISSUER, log};

use super::{OTHER, both};

fn keys() -> Scheme {
    let named = |key: &Credential<'_>| Ok(Principal::builder().subject(key.value()).build());
    Scheme::new("ApiKey", named).header("x-api-key")
}

fn building(revoked: &RevocationList) -> AuthorizerBuilder {
    Issuer::default().authorizer_builder().revocations(revoked.clone())
}

fn refused(answer: Result<(), UnknownIssuer>) -> String {
    answer.unwrap_err().to_string()
}

#[test]
fn a_revocation_for_an_issuer_that_no_scheme_has_is_an_error() {
    let revoked = RevocationList::new();
    building(&revoked).build().unwrap();
    revoked.revoke_jti(ISSUER, "a").unwrap();
    revoked.revoke_subject(ISSUER, "alice", UNIX_EPOCH).unwrap();
    let said = |issuer: &str| {
        format!("`{issuer}` is the issuer of no scheme, so nothing is revoked; name one of `{ISSUER}`")
    };
    for wrong in [OTHER, "https://issuer.example/", "", "scheme:Bearer"] {
        assert_eq!(refused(revoked.revoke_jti(wrong, "a")), said(wrong));
        assert_eq!(refused(revoked.clone().revoke_subject(wrong, "alice", UNIX_EPOCH)), said(wrong));
    }
    // A second authorizer with the same list adds its issuers.
    let other = Authorizer::builder().bearer(both(&Issuer::default())).revocations(revoked.clone());
    other.build().unwrap();
    revoked.revoke_jti(OTHER, "a").unwrap();
}

#[test]
fn a_scheme_that_names_its_issuer_is_known_to_the_list() {
    let revoked = RevocationList::new();
    building(&revoked).scheme(keys().issuer("https://keys.example")).build().unwrap();
    revoked.revoke_subject("https://keys.example", "shop", UNIX_EPOCH).unwrap();
    revoked.revoke_jti(OTHER, "a").unwrap_err();
    revoked.revoke_jti("scheme:ApiKey", "a").unwrap_err();
}

#[test]
fn where_an_authenticator_may_name_any_issuer_the_list_takes_any() {
    let revoked = RevocationList::new();
    let orders = Orders::start_with(|_| building(&revoked).scheme(keys()).build().unwrap());
    revoked.revoke_jti(OTHER, "a").unwrap();
    // Nobody can have the issuer of a scheme that is not there.
    revoked.revoke_jti("scheme:Session", "a").unwrap_err();
    let status = |key: &str| orders.get("/me", &[&format!("x-api-key: {key}")]).status();
    assert_eq!([status("shop"), status("desk")], [200, 200]);
    revoked.revoke_subject("scheme:ApiKey", "shop", UNIX_EPOCH).unwrap();
    assert_eq!([status("shop"), status("desk")], [401, 200]);
}

#[test]
fn what_was_revoked_before_the_issuers_were_known_is_in_the_log() {
    log::keep();
    let revoked = RevocationList::new();
    revoked.revoke_jti("https://typo.example", "a").unwrap();
    revoked.revoke_jti(ISSUER, "a").unwrap();
    building(&revoked).build().unwrap();
    let lines = log::lines();
    let told = |line: &&str| line.contains("no scheme has, so it revokes nothing");
    assert!(lines.lines().filter(told).any(|line| line.contains("https://typo.example")), "{lines}");
    assert!(!lines.lines().filter(told).any(|line| line.contains(ISSUER)), "{lines}");
}
