//! The question about one token, and what the issuer answers (RFC 7662 §2).

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value};
use tokio::{
    sync::{AcquireError, Semaphore},
    time::timeout,
};
use url::form_urlencoded;

use super::endpoint_lookup::EndpointLookup;
use crate::{
    policy::credential_error::InvalidCredential,
    schemes::{
        json,
        provider::{Client, Failure, ProviderUrl},
    },
};

/// How many questions are under way at most. An issuer answers far fewer at a time, so more of them would only wait
/// there.
const MAX_CONCURRENT: usize = 64;

/// The issuer's endpoint, and everything that is needed to ask there.
pub(super) struct Endpoint {
    address: Address,
    client: Client,
    credentials: Credentials,
    timeout: Duration,
    turns: Semaphore,
}

/// Where the endpoint is.
pub(super) enum Address {
    Configured(ProviderUrl),
    /// The address that the issuer's metadata names.
    Discovered(Arc<EndpointLookup>),
}

/// The credentials of this service at the issuer (RFC 6749 §2.3.1).
pub(super) enum Credentials {
    Basic(String, String),
    Post(String, String),
}

/// Why there is no answer about a token.
pub(super) enum NoAnswer {
    /// The issuer answered that it does not speak about this token.
    Refused(InvalidCredential),
    /// The issuer did not answer, or it refuses to answer this service.
    Failed {
        cause: String,
        /// Whether the issuer refuses the credentials of this service.
        refuses_us: bool,
    },
}

/// The refusal of a question that the issuer cannot read.
pub(super) const UNREADABLE: InvalidCredential =
    InvalidCredential::Refused("its issuer cannot read the question about it (`invalid_request`)");
const UNSUPPORTED: InvalidCredential = InvalidCredential::Refused(
    "its issuer answers no questions about tokens of its kind (`unsupported_token_type`)",
);
const NO_TOKEN: InvalidCredential =
    InvalidCredential::Refused("its issuer takes it for no token (`invalid_token`)");

impl NoAnswer {
    fn failed(cause: impl Into<String>) -> Self {
        Self::Failed { cause: cause.into(), refuses_us: false }
    }

    fn of(failure: Failure) -> Self {
        let code = failure.error.as_deref();
        match (failure.status, code) {
            // RFC 7009 §2.2.1 defines this code, and servers answer questions with it too.
            (Some(400 | 401), Some("unsupported_token_type")) => Self::Refused(UNSUPPORTED),
            // RFC 6750 §3.1. The question itself has no bearer token that could be meant.
            (Some(400 | 401), Some("invalid_token")) => Self::Refused(NO_TOKEN),
            // With 401, servers that do not accept the client say `invalid_request` too.
            (Some(400), Some("invalid_request")) => Self::Refused(UNREADABLE),
            (status, code) => {
                let refuses_us = matches!(status, Some(401 | 403))
                    || matches!(code, Some("invalid_client" | "unauthorized_client"));
                let hint = if status.is_some() { "; look at client id, secret and address" } else { "" };
                Self::Failed { cause: failure.cause + hint, refuses_us }
            }
        }
    }
}

impl Endpoint {
    pub(super) fn new(address: Address, client: Client, credentials: Credentials, timeout: Duration) -> Self {
        Self { address, client, credentials, timeout, turns: Semaphore::new(MAX_CONCURRENT) }
    }

    /// Returns how long the issuer may take.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Returns the id of this service at the issuer.
    pub(super) fn client_id(&self) -> &str {
        let (Credentials::Basic(id, _) | Credentials::Post(id, _)) = &self.credentials;
        id
    }

    /// Returns the setting that named the endpoint.
    pub(super) fn setting(&self) -> &'static str {
        match self.address {
            Address::Configured(_) => "endpoint",
            Address::Discovered(_) => "issuer",
        }
    }

    /// Asks about `token`, and returns the answer, which is not judged yet.
    pub(super) async fn ask(&self, token: &str) -> Result<Map<String, Value>, NoAnswer> {
        let Ok(answer) = timeout(self.timeout, self.wait_and_ask(token)).await else {
            self.look_again();
            return Err(NoAnswer::failed("it takes too long"));
        };
        json::parse(&answer?).map_err(|_| {
            self.look_again();
            NoAnswer::failed("its answer is not one JSON object")
        })
    }

    async fn wait_and_ask(&self, token: &str) -> Result<Vec<u8>, NoAnswer> {
        let closed = |error: AcquireError| NoAnswer::failed(error.to_string());
        let _turn = self.turns.acquire().await.map_err(closed)?;
        let (form, basic) = self.form(token);
        let answer = match &self.address {
            Address::Configured(address) => self.client.post(address, form, basic.as_ref()).await,
            Address::Discovered(lookup) => {
                let address = lookup.endpoint().await.map_err(NoAnswer::failed)?;
                self.client.post(&address, form, basic.as_ref()).await
            }
        };
        answer.map(|document| document.body).map_err(|failure| {
            if failure.may_have_moved() {
                self.look_again();
            }
            NoAnswer::of(failure)
        })
    }

    /// Looks the endpoint up again, because it did not answer as an endpoint does.
    fn look_again(&self) {
        if let Address::Discovered(lookup) = &self.address {
            lookup.look();
        }
    }

    /// Returns the form, and the credentials for the `Authorization` field.
    fn form(&self, token: &str) -> (String, Option<(String, String)>) {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", token).append_pair("token_type_hint", "access_token");
        let basic = match &self.credentials {
            Credentials::Basic(id, secret) => Some((form_encoded(id), form_encoded(secret))),
            Credentials::Post(id, secret) => {
                form.append_pair("client_id", id).append_pair("client_secret", secret);
                None
            }
        };
        (form.finish(), basic)
    }
}

impl Credentials {
    pub(super) fn are_complete(&self) -> bool {
        let (Self::Basic(id, secret) | Self::Post(id, secret)) = self;
        [id, secret].iter().all(|text| !text.is_empty() && !text.contains(char::is_control))
    }
}

/// Form-encodes the client's id or secret, before the two are joined (RFC 6749 §2.3.1, appendix B).
fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
