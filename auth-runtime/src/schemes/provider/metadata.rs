//! The metadata of a provider, which names its keys and endpoints (OpenID Connect Discovery 1.0 §4, then RFC 8414 §3).

use serde_json::{Map, Value};

use super::{
    client::{Client, Failure},
    url::ProviderUrl,
};

/// The metadata of an issuer.
pub(crate) struct ProviderMetadata {
    issuer: ProviderUrl,
    metadata: Map<String, Value>,
}

impl ProviderMetadata {
    /// Returns the address with this name, such as `jwks_uri`.
    pub(crate) fn named(&self, name: &str) -> Result<ProviderUrl, Failure> {
        let text = self.metadata.get(name).and_then(Value::as_str);
        let text = text.ok_or_else(|| Failure::new(format!("its metadata have no `{name}`")))?;
        self.issuer.names(text).ok_or_else(|| {
            Failure::new(format!("its metadata have a `{name}` that is not as private as the issuer"))
        })
    }
}

/// Reads the metadata of `issuer`. The `issuer` inside it has to equal `name` exactly.
pub(crate) async fn discover(
    client: &Client,
    issuer: &ProviderUrl,
    name: &str,
) -> Result<ProviderMetadata, Failure> {
    let path = issuer.path().trim_end_matches('/').to_owned();
    let openid = issuer.at(&format!("{path}/.well-known/openid-configuration"));
    let oauth = issuer.at(&format!("/.well-known/oauth-authorization-server{path}"));
    let document = match client.get(&openid).await {
        Err(first) if first.status.is_some() => client.get(&oauth).await.map_err(|second| {
            Failure::new(format!(
                "its metadata are neither at `{openid}`: {}; nor at `{oauth}`: {}",
                first.cause, second.cause
            ))
        })?,
        document => document?,
    };
    let metadata: Map<_, _> = serde_json::from_slice(&document.body)
        .map_err(|_| Failure::new("its metadata are not one JSON object"))?;
    let found = metadata.get("issuer").and_then(Value::as_str).unwrap_or_default();
    if found != name {
        let found: String = found.chars().take(200).collect();
        let cause = format!("its metadata are those of `{}`; compare every character", found.escape_debug());
        return Err(Failure::new(cause));
    }
    Ok(ProviderMetadata { issuer: issuer.clone(), metadata })
}
