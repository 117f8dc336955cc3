//! The answers: why a request is denied, what a person reads then, and the challenges.

use actix_web::http::StatusCode;

use crate::{
    answer::{Answer, Denial, FORBIDDEN, LACKING, Stage, Why},
    description::{Authorizer, METADATA, Place, Proof, Scheme},
};

/// Returns the answer to a denial that is not concealed. `scopes` are those of the operation.
pub(super) fn denied(of: &Authorizer, denial: Denial<'_>, scopes: &[String], stage: Stage) -> Answer {
    // RFC 9110 §11.6.1: Bearer comes first and Basic last, because browsers act on it.
    let mut schemes: Vec<_> = of.schemes.iter().collect();
    schemes.sort_by_key(|scheme| (scheme.name != "Bearer", scheme.name == "Basic"));
    schemes.retain(|scheme| !scheme.unadvertised && !matches!(scheme.place, Place::Connection(_)));
    let challenges: Vec<_> = schemes.iter().filter_map(|it| challenge(of, it, denial, scopes)).collect();
    // RFC 9110 §15.5.2: a 401 has a challenge.
    let is_mute = denial.0.1 == 401 && challenges.is_empty();
    let denial = if is_mute { (FORBIDDEN, None) } else { denial };
    let (Why(_, status, code, text), _) = denial;
    let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let mut body = format!(r#"{{"title":"{}","status":{status}"#, title.unwrap_or_default());
    for (name, value) in [("detail", text), ("error", if blames_bearer(denial) { code } else { "" })] {
        if !value.is_empty() {
            body.extend([",\"", name, "\":\"", value, "\""]);
        }
    }
    let body = Some(("application/problem+json", body + "}"));
    Answer { status, challenges, body, stage, ..Answer::default() }
}

/// Says whether there is an error code. Only Bearer has some.
fn blames_bearer((Why(_, _, code, _), blamed): Denial<'_>) -> bool {
    !code.is_empty() && blamed.is_none_or(|scheme| scheme.name == "Bearer")
}

/// Returns the challenge of a scheme, unless another credential of the scheme would not help.
fn challenge(of: &Authorizer, scheme: &Scheme, denial: Denial<'_>, scopes: &[String]) -> Option<String> {
    let (why @ Why(_, status, code, text), is_bearer) = (denial.0, scheme.name == "Bearer");
    let has_error = is_bearer && blames_bearer(denial);
    let named = (is_bearer && of.challenge_scopes && !scopes.is_empty()).then(|| scopes.join(" "));
    if status != 401 && !(has_error && (why != LACKING || named.is_some())) {
        return None;
    }
    let parameters = [
        ("realm", of.realm.as_deref().or(Some("api"))),
        ("error", has_error.then_some(code)),
        ("scope", named.as_deref()),
        ("resource_metadata", (is_bearer && of.metadata).then_some(METADATA)),
        ("error_description", has_error.then_some(text)),
        ("charset", matches!(scheme.proof, Proof::Passwords(_)).then_some("UTF-8")),
        ("service", scheme.parameter.as_deref()),
    ];
    let quoted = |value: &str| format!("\"{}\"", value.replace('\\', r"\\").replace('"', r#"\""#));
    let said = parameters.iter().filter_map(|(name, value)| Some(format!("{name}={}", quoted((*value)?))));
    Some(format!("{} {}", scheme.name, said.collect::<Vec<_>>().join(", ")))
}
