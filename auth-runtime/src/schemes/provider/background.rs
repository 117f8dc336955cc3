//! Where requests to identity providers run: a thread of its own, so that neither a busy worker nor one that stops
//! gets in their way.

use std::{
    future::{Future, pending},
    io,
    sync::{Mutex, PoisonError, mpsc},
    thread,
};

use tokio::{
    runtime::{Builder, Handle},
    task::JoinHandle,
};

use crate::config::ConfigError;

/// The one thread of this process, once somebody needs it.
static STARTED: Mutex<Option<Background>> = Mutex::new(None);

#[derive(Clone, Debug)]
pub(crate) struct Background(Handle);

impl Background {
    /// # Errors
    /// If the system gives no thread.
    pub(crate) fn start() -> Result<Self, ConfigError> {
        Self::start_thread().map_err(|error| {
            let remedy = format!("the system gives no thread to ask the issuer in: {error}; allow one more");
            ConfigError::new("issuer", remedy)
        })
    }

    fn start_thread() -> io::Result<Self> {
        let mut started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(background) = &*started {
            return Ok(background.clone());
        }
        let (made, makes) = mpsc::sync_channel(1);
        // The runtime is made where it stays: dropping one inside another panics.
        thread::Builder::new().name("auth-runtime".to_owned()).spawn(move || {
            match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => {
                    // Whoever asked for it waits.
                    let _ = made.send(Ok(Self(runtime.handle().clone())));
                    runtime.block_on(pending::<()>());
                }
                Err(error) => drop(made.send(Err(error))),
            }
        })?;
        let background = makes.recv().map_err(io::Error::other)??;
        *started = Some(background.clone());
        Ok(background)
    }

    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.0.spawn(task)
    }
}
