//! I: settings that are refused when the service starts.

use std::time::Duration;

use auth_runtime::introspection::{Introspection, IntrospectionBuilder};
use auth_tests::{
    Issuer,
    issuer::{AUDIENCE, ISSUER},
};

use super::{asking, known};

/// Returns the message with which these settings are refused.
fn said(builder: IntrospectionBuilder) -> String {
    builder.build().unwrap_err().to_string()
}

fn of(endpoint: &str) -> IntrospectionBuilder {
    asking(endpoint, &Issuer::default())
}

#[test]
fn i_02_insecure_settings_are_refused_at_start_up() {
    assert_insecure_addresses_are_refused();
    assert_missing_settings_are_refused();
    let of = || of("https://login.example");
    let remember = "`remember_for`: is more than 300 seconds or not whole seconds; a revoked token is accepted for so long";
    for duration in [Duration::from_secs(301), Duration::from_millis(1500)] {
        assert_eq!(said(of().remember_for(duration)), remember);
    }
    let timeout = "`timeout`: is zero or more than a minute; requests wait for it, so take a few seconds";
    for duration in [Duration::ZERO, Duration::from_secs(61)] {
        assert_eq!(said(of().timeout(duration)), timeout);
    }
    let certificate =
        "`root_certificate`: has no certificate; give the text of a PEM file with `BEGIN CERTIFICATE`";
    assert_eq!(said(of().root_certificate("no PEM")), certificate);
}

fn assert_insecure_addresses_are_refused() {
    let address = "is no https address without user, password and fragment; give one (plain http works on this \
                   machine alone)";
    for endpoint in [
        "http://login.example/introspect",
        "http://10.0.0.1/introspect",
        "http://localhost.login.example/introspect",
        "ftp://login.example/introspect",
        "https://orders:secret@login.example/introspect",
        "https://login.example/introspect#fragment",
        "login.example/introspect",
        "/introspect",
        "",
    ] {
        // The message does not show a password.
        let shown = endpoint.trim_start_matches("https://orders:secret@");
        assert_eq!(said(of(endpoint)), format!("`endpoint`: `{shown}` {address}"));
    }
    for endpoint in ["https://login.example/introspect?a=b", "http://127.0.0.1:1/", "http://[::1]:1/"] {
        assert!(of(endpoint).build().is_ok(), "{endpoint}");
    }
    let discovered = |issuer: &str| known(Introspection::discover(issuer), &Issuer::default());
    assert_eq!(
        said(discovered("http://login.example")),
        format!("`issuer`: `http://login.example` {address}")
    );
    let query = "`issuer`: has a query; leave it out, as it is not in the tokens either";
    assert_eq!(said(discovered("https://login.example/?a=b")), query);
}

fn assert_missing_settings_are_refused() {
    let strange = || Introspection::builder("https://login.example/introspect");
    let credentials = "`client_secret`: is missing or has a line end in it, and nobody answers strangers; add it with \
                       `.client_secret_basic(..)` or `.client_secret_post(..)`";
    assert_eq!(said(strange().issuer(ISSUER).audience(AUDIENCE)), credentials);
    for (id, secret) in [("", "b"), ("a", ""), ("a", "b\n")] {
        let asks = strange().issuer(ISSUER).audience(AUDIENCE).client_secret_basic(id, secret);
        assert_eq!(said(asks), credentials);
    }
    let issuer = "`issuer`: is missing, so anybody's tokens would do; name the one that issues them";
    assert_eq!(said(strange().audience(AUDIENCE).client_secret_post("a", "b")), issuer);
    let audience =
        "`audience`: is missing, so tokens for other services would do; name this service as its tokens do";
    assert_eq!(said(strange().issuer(ISSUER).client_secret_post("a", "b")), audience);
}
