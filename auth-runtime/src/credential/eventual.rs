//! A value that is there now, or comes later.

use std::{future::Future, pin::Pin};

/// A value that is there, or a boxed future of it. The common case, a value that is there, allocates nothing.
pub(crate) enum Eventual<T> {
    Now(T),
    Later(Pin<Box<dyn Future<Output = T>>>),
}

impl<T: 'static> Eventual<T> {
    /// A value that has to be waited for.
    pub(crate) fn later(value: impl Future<Output = T> + 'static) -> Self {
        Self::Later(Box::pin(value))
    }

    /// Waits until the value is there.
    pub(crate) async fn wait(self) -> T {
        match self {
            Self::Now(value) => value,
            Self::Later(value) => value.await,
        }
    }

    /// Hands the value, now or when it comes, to `next`, which also looks at `context`. The context is cloned only for a
    /// value that comes later.
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
}
