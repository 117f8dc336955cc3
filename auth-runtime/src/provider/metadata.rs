//! Where a provider has its keys and endpoints: OpenID Connect Discovery 1.0 §4, then RFC 8414 §3.

use serde_json::{Map, Value};

use super::{
    client::{Client, Failure},
    endpoint::Endpoint,
};

/// What the metadata of an issuer names.
pub(crate) struct Endpoints {
    issuer: Endpoint,
    metadata: Map<String, Value>,
}

impl Endpoints {
    /// The address of this name, such as `jwks_uri`.
    pub(crate) fn named(&self, name: &str) -> Result<Endpoint, Failure> {
        let text = self.metadata.get(name).and_then(Value::as_str);
        let text = text.ok_or_else(|| Failure::new(format!("its metadata has no `{name}`")))?;
        self.issuer.names(text).ok_or_else(|| {
            Failure::new(format!("its metadata has a `{name}` that is not as private as the issuer"))
        })
    }
}

/// Reads the metadata of `issuer`, which has to say that it is this issuer's, to the letter.
pub(crate) async fn discover(client: &Client, issuer: &Endpoint, name: &str) -> Result<Endpoints, Failure> {
    let path = issuer.path().trim_end_matches('/').to_owned();
    let openid = issuer.at(&format!("{path}/.well-known/openid-configuration"));
    let document = match client.get(&openid).await {
        Err(failure) if failure.by_status => {
            let oauth = issuer.at(&format!("/.well-known/oauth-authorization-server{path}"));
            match client.get(&oauth).await {
                Err(also) if also.by_status => {
                    let cause = format!(
                        "neither `openid-configuration` nor `oauth-authorization-server` is there: {}, and {}",
                        failure.cause, also.cause
                    );
                    return Err(Failure::new(cause));
                }
                document => document?,
            }
        }
        document => document?,
    };
    let metadata: Map<_, _> = serde_json::from_slice(&document.body)
        .map_err(|_| Failure::new("its metadata is not one JSON object"))?;
    if metadata.get("issuer").and_then(Value::as_str) != Some(name) {
        return Err(Failure::new("its metadata is that of another issuer; compare every character of both"));
    }
    Ok(Endpoints { issuer: issuer.clone(), metadata })
}
