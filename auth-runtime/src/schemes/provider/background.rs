//! The thread in which requests to identity providers run. A worker that is busy or stops cannot delay them.

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

/// The one thread of this process. It starts when it is first needed.
static STARTED: Mutex<Option<Background>> = Mutex::new(None);

#[derive(Clone, Debug)]
pub(crate) struct Background(Handle);

impl Background {
    /// Starts the thread, or returns the one that runs.
    ///
    /// # Errors
    /// [`ConfigError`] if the system gives no thread.
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
        // The runtime is made in its own thread, because dropping a runtime inside another one panics.
        thread::Builder::new().name("auth-runtime".to_owned()).spawn(move || {
            match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => {
                    // Sending cannot fail, because the thread that asked waits for the answer.
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
