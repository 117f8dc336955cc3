//! The checks of an authorizer's settings.

use actix_web::http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};

use crate::{
    config::ConfigError,
    credential::{
        accepted_issuers::{AcceptedIssuers, check_issuer_name},
        authenticate::Own,
        bearer::BEARER,
        grammar::{is_printable, is_token},
        scheme::Scheme,
        site::is_origin,
        source::Source,
    },
};

fn refuse<T>(remedy: impl Into<String>) -> Result<T, ConfigError> {
    Err(ConfigError::new("scheme", remedy))
}

/// Returns the issuers of all schemes. If there are several, each has to say what it may grant.
pub(super) fn check_issuers(schemes: &[Scheme]) -> Result<AcceptedIssuers, ConfigError> {
    let mut all = AcceptedIssuers::default();
    for scheme in schemes {
        check_issuer(scheme)?;
        all.join(scheme.issuers());
    }
    all.check()?;
    Ok(all)
}

fn check_issuer(scheme: &Scheme) -> Result<(), ConfigError> {
    let Some(issuer) = &scheme.issuer else { return Ok(()) };
    let name = &scheme.name;
    if scheme.is_own || !scheme.authenticate.issuers(Own(())).is_open() {
        return refuse(format!("the verifier of `{name}` knows its issuer; leave `.issuer(..)` out"));
    }
    check_issuer_name(issuer, &format!("`{name}`"))
}

/// Checks that the realm is printable, because a challenge has it in a quoted string (RFC 9110 §11.5).
pub(super) fn check_realm(realm: &str) -> Result<(), ConfigError> {
    if is_printable(realm) {
        return Ok(());
    }
    Err(ConfigError::new("realm", "is empty or not printable ASCII; choose a name such as `orders`"))
}

/// Checks each scheme, and that no two schemes claim the same credential.
pub(super) fn check_schemes(schemes: &[Scheme]) -> Result<(), ConfigError> {
    if schemes.is_empty() {
        return refuse(
            "no scheme is accepted, so nobody could ever get in; add one with `.bearer(..)` or `.scheme(..)`",
        );
    }
    for (position, scheme) in schemes.iter().enumerate() {
        check_scheme(scheme)?;
        check_source(scheme)?;
        scheme.authenticate.check(Own(()))?;
        check_origins(scheme)?;
        let mut earlier = schemes.iter().take(position);
        if earlier.clone().any(|earlier| earlier.is_named(&scheme.name)) {
            return refuse(format!(
                "`{}` is accepted twice; join both with `Issuers`, keys with `.or(..)`, or both into an authenticator \
                 of your own",
                scheme.name
            ));
        }
        if let Some(twin) = earlier.find(|earlier| read_the_same(&earlier.source, &scheme.source)) {
            return refuse(format!(
                "`{}` and `{}` read the same field, cookie or parameter; give each its own, or join them into an \
                 authenticator of your own",
                twin.name, scheme.name
            ));
        }
    }
    // RFC 9110 §15.5.2: a 401 has a challenge. If no client could send a credential, there is no 401.
    if schemes.iter().any(Scheme::is_curable) && !schemes.iter().any(Scheme::is_advertised) {
        return refuse(
            "no scheme is advertised, so a 401 would have no challenge; leave `.unadvertised()` out of one of them, \
             or add `.advertised()` to `Basic`",
        );
    }
    Ok(())
}

/// Checks that each origin is one (RFC 6454 §6.2), and that somebody asks for it.
fn check_origins(scheme: &Scheme) -> Result<(), ConfigError> {
    let name = &scheme.name;
    let Some(first) = scheme.origins.iter().flatten().next() else { return Ok(()) };
    if !scheme.is_sent_by_browsers() {
        return refuse(format!(
            "`{name}` is presented on purpose, so nobody asks from where; leave `.origin(\"{}\")` out",
            first.escape_debug()
        ));
    }
    match scheme.origins.iter().flatten().find(|origin| !is_origin(origin)) {
        Some(other) => refuse(format!(
            "the origin `{}` of `{name}` is none; write scheme, host and port as browsers do, such as \
             `https://app.example`",
            other.escape_debug()
        )),
        None => Ok(()),
    }
}

fn read_the_same(one: &Source, other: &Source) -> bool {
    match (one, other) {
        (Source::Cookie(one), Source::Cookie(other)) | (Source::Query(one), Source::Query(other)) => {
            one == other
        }
        (Source::Field(one), Source::Field(other)) => one == other,
        _ => false,
    }
}

/// Checks that a field, cookie or parameter can have its name, and that the field has no grammar of its own.
fn check_source(scheme: &Scheme) -> Result<(), ConfigError> {
    let name = &scheme.name;
    if scheme.places > 1 {
        return refuse(format!("`{name}` is read in two places; keep one, or accept two schemes"));
    }
    if scheme.is_named(BEARER) && !matches!(scheme.source, Source::Authorization) && scheme.is_advertised() {
        return refuse(
            "`Bearer` asks for a token in `authorization`, where it is not read; choose another name, or add \
             `.unadvertised()`",
        );
    }
    match &scheme.source {
        Source::Authorization if scheme.is_ambient() => {
            refuse(format!("`authorization` is always sent on purpose; leave `.ambient()` out of `{name}`"))
        }
        Source::Field(None) => {
            refuse(format!("the field of `{name}` has no legal name; use letters, digits and `-`"))
        }
        Source::Field(Some(field)) if *field == AUTHORIZATION => {
            refuse(format!("`authorization` is where `{name}` is read anyway; leave `.header(..)` out"))
        }
        Source::Field(Some(field)) if *field == PROXY_AUTHORIZATION => {
            refuse(format!("`proxy-authorization` is for proxies; give `{name}` another field"))
        }
        Source::Field(Some(field)) if *field == COOKIE => {
            refuse(format!("`cookie` holds many cookies; name the one of `{name}` with `.cookie(..)`"))
        }
        Source::Cookie(cookie) if !is_token(cookie) => {
            refuse(format!("the cookie of `{name}` has no legal name; use letters, digits, `-` and `_`"))
        }
        Source::Query(parameter) if parameter.is_empty() => {
            refuse(format!("the parameter of `{name}` has no name; give it one, such as `ticket`"))
        }
        Source::Authorization
        | Source::Connection(_)
        | Source::Cookie(_)
        | Source::Field(Some(_))
        | Source::Head(_)
        | Source::Query(_) => Ok(()),
    }
}

/// Checks that the address is an https URL, or plain http on this machine (RFC 9728 §3). It has to be visible ASCII
/// (RFC 9110 §5.5).
pub(super) fn check_metadata_url(url: &str) -> Result<(), ConfigError> {
    let rest = url.strip_prefix("https://").or_else(|| {
        let rest = url.strip_prefix("http://")?;
        let host = rest.split(['/', ':', '?', '#']).next()?;
        matches!(host, "localhost" | "127.0.0.1").then_some(rest)
    });
    let visible = url.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E));
    match rest {
        Some(rest) if visible && !rest.is_empty() && !rest.starts_with('/') && !rest.contains('@') => Ok(()),
        _ => {
            Err(ConfigError::new("resource_metadata", "is not an absolute https URL; give the whole address"))
        }
    }
}

/// Checks that the names are tokens and that no parameter has the same name twice (RFC 9110 §11.2, §11.6.1).
fn check_scheme(scheme: &Scheme) -> Result<(), ConfigError> {
    const RESERVED: [&str; 6] =
        ["realm", "error", "scope", "resource_metadata", "error_description", "error_uri"];
    if !is_token(&scheme.name) {
        return refuse(format!(
            "`{}` is no name for a scheme; use letters and digits",
            scheme.name.escape_debug()
        ));
    }
    for (position, (name, value)) in scheme.parameters.iter().enumerate() {
        let shown = name.escape_debug();
        if RESERVED.contains(&name.as_str()) {
            return refuse(format!("the parameter `{shown}` is written by the authorizer; leave it out"));
        }
        if !is_token(name) || !(value.is_empty() || is_printable(value)) {
            return refuse(format!(
                "the parameter `{shown}` is not printable ASCII; spell it without other characters"
            ));
        }
        if scheme.parameters.iter().take(position).any(|(earlier, _)| earlier == name) {
            return refuse(format!("the parameter `{shown}` is there twice; a challenge has each name once"));
        }
    }
    Ok(())
}
