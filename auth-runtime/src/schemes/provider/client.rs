//! The HTTP client for requests to an identity provider.

use std::{error::Error, time::Duration};

use reqwest::{
    Certificate, RequestBuilder, Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE},
    redirect::{Attempt, Policy},
};
use serde_json::Value;

use super::{freshness::lifetime, url::ProviderUrl};
use crate::{config::ConfigError, schemes::json};

/// The largest body that is read. The documents have a few kilobytes, so a larger one is something else.
const MAX_BODY: usize = 256 * 1024;
const MAX_REDIRECTS: usize = 3;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// The settings of a client.
#[derive(Clone, Debug)]
pub(crate) struct ClientSettings {
    pub(crate) root_certificates: Vec<Vec<u8>>,
    /// The time for one request with its whole answer.
    pub(crate) timeout: Duration,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self { root_certificates: Vec::new(), timeout: Duration::from_secs(5) }
    }
}

/// A client that enforces the limits on time, size and redirects.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    here: Clients,
    elsewhere: Clients,
}

#[derive(Clone, Debug)]
struct Clients {
    /// The client for documents that are only read. It follows redirects within their origin.
    reading: reqwest::Client,
    /// The client for requests that hold a secret. It follows no redirects, because they could send the secret
    /// elsewhere.
    asking: reqwest::Client,
}

/// A document as it was received.
pub(crate) struct Document {
    pub(crate) body: Vec<u8>,
    /// For how long the document is fresh, as far as it says.
    pub(crate) lifetime: Option<Duration>,
}

/// The reason why there is no document. The text is for the log.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) cause: String,
    /// The status of the provider's answer; `None` if it did not answer.
    pub(crate) status: Option<u16>,
    /// The error code of a 400 or 401 to a form (RFC 6749 §5.2). It is the provider's text, so it is not for the log.
    pub(crate) error: Option<String>,
}

impl Failure {
    pub(crate) fn new(cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), status: None, error: None }
    }

    /// Returns whether the address may be outdated.
    pub(crate) fn may_have_moved(&self) -> bool {
        matches!(self.status, None | Some(300..=399 | 404 | 405 | 410))
    }
}

impl Client {
    /// Makes a client.
    ///
    /// # Errors
    /// [`ConfigError`] if a setting is out of range or a certificate cannot be read.
    pub(crate) fn new(settings: &ClientSettings) -> Result<Self, ConfigError> {
        if settings.timeout.is_zero() || settings.timeout > Duration::from_mins(1) {
            let remedy = "is zero or more than a minute; requests wait for it, so take a few seconds";
            return Err(ConfigError::new("timeout", remedy));
        }
        let mut roots = Vec::new();
        for pem in &settings.root_certificates {
            let bundle = Certificate::from_pem_bundle(pem).unwrap_or_default();
            if bundle.is_empty() {
                let remedy = "has no certificate; give the text of a PEM file with `BEGIN CERTIFICATE`";
                return Err(ConfigError::new("root_certificate", remedy));
            }
            roots.extend(bundle);
        }
        let build = |here: bool, redirects| {
            let client = reqwest::Client::builder()
                .connect_timeout(CONNECT_TIMEOUT.min(settings.timeout))
                .timeout(settings.timeout)
                .redirect(redirects)
                .referer(false)
                .tls_certs_merge(roots.clone())
                .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")));
            // A provider on this machine may use plain text, which must not reach a proxy from the environment.
            let client = if here { client.no_proxy() } else { client };
            client.build().map_err(|error| {
                let remedy =
                    format!("a client cannot be made: {}; look into the certificates", reason(error));
                ConfigError::new("root_certificate", remedy)
            })
        };
        let within_origin = || Policy::custom(|to| if stays_at_home(&to) { to.follow() } else { to.stop() });
        let clients = |here| {
            Ok(Clients { reading: build(here, within_origin())?, asking: build(here, Policy::none())? })
        };
        Ok(Self { here: clients(true)?, elsewhere: clients(false)? })
    }

    fn to(&self, endpoint: &ProviderUrl) -> &Clients {
        if endpoint.is_here() { &self.here } else { &self.elsewhere }
    }

    pub(crate) async fn get(&self, from: &ProviderUrl) -> Result<Document, Failure> {
        read(send(self.to(from).reading.get(from.url())).await?).await
    }

    /// Sends a form. Credentials in `basic` are sent in the `Authorization` field.
    pub(crate) async fn post(
        &self,
        to: &ProviderUrl,
        form: String,
        basic: Option<&(String, String)>,
    ) -> Result<Document, Failure> {
        let request = self
            .to(to)
            .asking
            .post(to.url())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        let response = send(match basic {
            Some((id, secret)) => request.basic_auth(id, Some(secret)),
            None => request,
        })
        .await?;
        if matches!(response.status(), StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED) {
            let failure = refused(&response);
            return Err(Failure { error: error_code(response).await, ..failure });
        }
        read(response).await
    }
}

async fn send(request: RequestBuilder) -> Result<Response, Failure> {
    request.header(ACCEPT, "application/json").send().await.map_err(broken)
}

async fn read(response: Response) -> Result<Document, Failure> {
    if response.status() != StatusCode::OK {
        return Err(refused(&response));
    }
    let lifetime = lifetime(response.headers());
    Ok(Document { body: body(response).await?, lifetime })
}

async fn body(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Failure::new(format!("its answer has more than {MAX_BODY} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Returns the error code in the body, if the body is one JSON object with an `error`.
async fn error_code(response: Response) -> Option<String> {
    let mut fields = json::parse(&body(response).await.ok()?).ok()?;
    match fields.remove("error")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

/// Returns the failure that a status other than 200 is.
fn refused(response: &Response) -> Failure {
    let status = response.status().as_u16();
    let hint = if response.status().is_redirection() { ", and leads elsewhere" } else { "" };
    Failure { cause: format!("it answered {status}{hint}"), status: Some(status), error: None }
}

fn broken(error: reqwest::Error) -> Failure {
    Failure::new(reason(error))
}

/// Returns whether a redirect stays within its origin and below the limit. Another origin does not have the same trust.
fn stays_at_home(attempt: &Attempt<'_>) -> bool {
    attempt.previous().len() <= MAX_REDIRECTS
        && attempt.previous().iter().all(|earlier| earlier.origin() == attempt.url().origin())
}

/// Returns the text of an error with all its causes, without the address.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
