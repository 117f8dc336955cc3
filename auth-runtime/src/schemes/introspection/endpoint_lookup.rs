//! Where the introspection endpoint of an issuer is: looked up in the background, and again when it no longer answers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use arc_swap::ArcSwapOption;
use tokio::sync::watch;

use crate::{
    credential::clock::Clock,
    schemes::provider::{Background, Client, Failure, ProviderUrl, discover},
};

/// An endpoint that is found works until a better one is found.
pub(super) struct EndpointLookup {
    known: ArcSwapOption<ProviderUrl>,
    looking: Mutex<Looking>,
    /// Wakes those who wait for an endpoint.
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

/// How often an endpoint is looked up again that is known, in seconds. One that is not is looked up each second.
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

    /// The endpoint, for which the first ones wait.
    pub(super) async fn endpoint(&self) -> Result<Arc<ProviderUrl>, String> {
        let mut looked = self.looked.subscribe();
        if let Some(known) = self.known.load_full() {
            return Ok(known);
        }
        if self.look() {
            // Its sender is here.
            let _ = looked.changed().await;
        }
        let failure = || self.looking().failure.clone().unwrap_or_else(|| "it is not found yet".to_owned());
        self.known.load_full().ok_or_else(failure)
    }

    /// Begins to look for it, unless somebody does or did a moment ago. Whether somebody does.
    pub(super) fn look(&self) -> bool {
        let Some(place) = self.this.upgrade() else { return false };
        let now = self.clock.now();
        let pause = if self.known.load().is_some() { PAUSE } else { 1 };
        let mut looking = self.looking();
        if looking.under_way {
            return true;
        }
        // A clock that was set back ends the pause.
        if looking.begun_at.is_some_and(|begun| (begun..begun.saturating_add(pause)).contains(&now)) {
            return false;
        }
        looking.under_way = true;
        looking.begun_at = Some(now);
        drop(looking);
        // Nobody who waits takes it along when they leave.
        let look = Look(place);
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

/// Ends a look, however it ends.
struct Look(Arc<EndpointLookup>);

impl Drop for Look {
    fn drop(&mut self) {
        self.0.looking().under_way = false;
        self.0.looked.send_replace(());
    }
}
