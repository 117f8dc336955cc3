//! A value that is there now or comes later.

use std::{future::Future, pin::Pin};

/// A value that is there now, or a boxed future of the value. The common case, a value that is there now, allocates
/// nothing.
pub(crate) enum Eventual<T> {
    Now(T),
    Later(Pin<Box<dyn Future<Output = T>>>),
}

impl<T: 'static> Eventual<T> {
    /// Makes a value that comes later.
    pub(crate) fn later(value: impl Future<Output = T> + 'static) -> Self {
        Self::Later(Box::pin(value))
    }

    /// Waits for the value.
    pub(crate) async fn wait(self) -> T {
        match self {
            Self::Now(value) => value,
            Self::Later(value) => value.await,
        }
    }

    /// Passes the value to `next` together with `context`, now or when the value comes. The context is cloned only for
    /// a value that comes later.
    pub(crate) fn then<C: Clone + 'static, U: 'static>(
        self,
        context: &C,
        next: impl FnOnce(&C, T) -> U + 'static,
    ) -> Eventual<U> {
        match self {
            Self::Now(value) => Eventual::Now(next(context, value)),
            Self::Later(value) => {
                let context = context.clone();
                Eventual::later(async move { next(&context, value.await) })
            }
        }
    }

    /// Changes the value, now or when it comes.
    pub(crate) fn map<U: 'static>(self, change: impl FnOnce(T) -> U + 'static) -> Eventual<U> {
        self.then(&(), |(), value| change(value))
    }
}
