//! The lookup of an issuer's introspection endpoint in the background, which is repeated if the endpoint stops
//! answering.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use arc_swap::ArcSwapOption;
use tokio::sync::watch;

use crate::{
    credential::clock::Clock,
    schemes::provider::{Background, Client, Failure, ProviderUrl, discover},
};

/// The endpoint of one issuer. A found endpoint stays in use until another lookup finds a new one.
pub(super) struct EndpointLookup {
    known: ArcSwapOption<ProviderUrl>,
    looking: Mutex<Looking>,
    /// Wakes the requests that wait for an endpoint.
    looked: watch::Sender<()>,

    background: Background,
    client: Client,
    clock: Clock,
    issuer: ProviderUrl,
    name: String,
    this: Weak<Self>,
}

#[derive(Default)]
struct Looking {
    under_way: bool,
    begun_at: Option<u64>,
    failure: Option<String>,
}

/// The least time between two lookups of a known endpoint, in seconds. For an unknown endpoint it is one second.
const PAUSE: u64 = 10;

impl EndpointLookup {
    pub(super) fn new(
        issuer: ProviderUrl,
        name: &str,
        client: Client,
        background: Background,
        clock: Clock,
    ) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            known: ArcSwapOption::empty(),
            looking: Mutex::default(),
            looked: watch::Sender::new(()),
            background,
            client,
            clock,
            issuer,
            name: name.to_owned(),
            this: Weak::clone(this),
        })
    }

    /// Returns the endpoint. The first requests wait until it is found.
    pub(super) async fn endpoint(&self) -> Result<Arc<ProviderUrl>, String> {
        let mut looked = self.looked.subscribe();
        if let Some(known) = self.known.load_full() {
            return Ok(known);
        }
        if self.look() {
            // The wait cannot fail, because `self` holds the sender.
            let _ = looked.changed().await;
        }
        let failure = || self.looking().failure.clone().unwrap_or_else(|| "it is not found yet".to_owned());
        self.known.load_full().ok_or_else(failure)
    }

    /// Begins a lookup, unless one is under way or began a moment ago. Returns whether a lookup is under way now.
    pub(super) fn look(&self) -> bool {
        let Some(lookup) = self.this.upgrade() else { return false };
        let now = self.clock.now();
        let pause = if self.known.load().is_some() { PAUSE } else { 1 };
        let mut looking = self.looking();
        if looking.under_way {
            return true;
        }
        // A clock that was set back ends the pause early.
        if looking.begun_at.is_some_and(|begun| (begun..begun.saturating_add(pause)).contains(&now)) {
            return false;
        }
        looking.under_way = true;
        looking.begun_at = Some(now);
        drop(looking);
        // The lookup runs in a task of its own, so it goes on if the request that began it is dropped.
        let look = Look(lookup);
        self.background.spawn(async move { look.0.find().await });
        true
    }

    async fn find(&self) {
        let metadata = discover(&self.client, &self.issuer, &self.name).await;
        let failure = match metadata.and_then(|metadata| metadata.named("introspection_endpoint")) {
            Ok(endpoint) => {
                self.known.store(Some(Arc::new(endpoint)));
                None
            }
            Err(Failure { cause, .. }) => {
                tracing::warn!(issuer = self.name, %cause, "the introspection endpoint cannot be found");
                Some(cause)
            }
        };
        self.looking().failure = failure;
    }

    fn looking(&self) -> MutexGuard<'_, Looking> {
        self.looking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks a lookup as ended when it is dropped, even after a panic.
struct Look(Arc<EndpointLookup>);

impl Drop for Look {
    fn drop(&mut self) {
        self.0.looking().under_way = false;
        self.0.looked.send_replace(());
    }
}
