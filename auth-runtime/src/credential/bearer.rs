//! The parameters of Bearer challenges (RFC 6750 §3, RFC 9728 §5.1).

use super::occasion::Occasion;

/// The scheme's name (RFC 6750 §3).
pub(crate) const BEARER: &str = "Bearer";

/// Returns the parameters of a Bearer challenge, except `realm`.
pub(crate) fn parameters(occasion: &Occasion<'_>) -> Vec<(&'static str, String)> {
    let Occasion { error, scopes, resource_metadata } = occasion;
    let scopes: Vec<_> = scopes.iter().map(|scope| scope.name()).collect();
    let mut parameters = Vec::new();
    parameters.extend(error.map(|error| ("error", error.code.to_owned())));
    parameters.extend((!scopes.is_empty()).then(|| ("scope", scopes.join(" "))));
    parameters.extend(resource_metadata.map(|url| ("resource_metadata", url.to_owned())));
    parameters.extend(error.map(|error| ("error_description", error.description.to_owned())));
    parameters
}
