//! The extraction of a handler's arguments: one after the other, in the order of their declaration.
#![allow(non_snake_case, reason = "the type parameters of a tuple name its fields")]

use std::{
    future::{Future, Ready, ready},
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{Error, FromRequest, HttpRequest, dev::Payload};
use pin_project_lite::pin_project;

use crate::{authorizer::authorize::Allowed, handler::output::settle_error};

/// An argument of a handler: every type that actix-web extracts from a request. The trait stands in front of actix-web's
/// `FromRequest`, so that the compiler reports a type that is no extractor in our words.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no extractor, so it cannot be an argument of a handler",
    label = "is not extracted from a request",
    note = "take it out of the request with `web::Json<..>`, `web::Path<..>` or `web::Query<..>`, take it from the \
            application with `web::Data<..>`, or implement `actix_web::FromRequest` for it"
)]
pub trait Extractor: Sized + 'static {
    /// The error of a failed extraction, which actix-web answers with.
    type Error: Into<Error>;
    /// The future of the argument.
    type Extraction: Future<Output = Result<Self, Self::Error>>;

    /// Starts the extraction.
    fn extract(request: &HttpRequest, payload: &mut Payload) -> Self::Extraction;
}

impl<T: FromRequest + 'static> Extractor for T {
    type Error = T::Error;
    type Extraction = T::Future;

    #[inline]
    fn extract(request: &HttpRequest, payload: &mut Payload) -> T::Future {
        T::from_request(request, payload)
    }
}

/// A tuple of up to sixteen extractors, as many as actix-web allows.
///
/// # Design
/// An argument is started when the argument before it is extracted. So timing never decides which refusal answers.
pub trait Arguments: Sized + 'static {
    /// The future of the tuple.
    type Extraction: Future<Output = Result<Self, Error>>;

    /// Starts the extraction. The request was allowed.
    fn extract(allowed: Allowed, request: &HttpRequest, payload: &mut Payload) -> Self::Extraction;
}

impl Arguments for () {
    type Extraction = Ready<Result<Self, Error>>;

    fn extract(_: Allowed, _: &HttpRequest, _: &mut Payload) -> Self::Extraction {
        ready(Ok(()))
    }
}

pin_project! {
    /// One argument, before, during and after its extraction.
    #[project = SlotProjection]
    enum Slot<T: Extractor> {
        Waiting,
        Extracting {
            #[pin]
            argument: T::Extraction,
        },
        Extracted { argument: Option<T> },
    }
}

impl<T: Extractor> Slot<T> {
    /// Starts the argument if it waits, and polls its extraction.
    fn poll(
        mut self: Pin<&mut Self>,
        request: &HttpRequest,
        payload: &mut Payload,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Error>> {
        loop {
            let next = match self.as_mut().project() {
                SlotProjection::Waiting => Self::Extracting { argument: T::extract(request, payload) },
                SlotProjection::Extracting { argument } => match ready!(argument.poll(context)) {
                    Ok(argument) => Self::Extracted { argument: Some(argument) },
                    Err(error) => return Poll::Ready(Err(settle_error(request, error.into()))),
                },
                SlotProjection::Extracted { .. } => return Poll::Ready(Ok(())),
            };
            self.set(next);
        }
    }

    fn take(self: Pin<&mut Self>) -> Option<T> {
        match self.project() {
            SlotProjection::Extracted { argument } => argument.take(),
            SlotProjection::Waiting | SlotProjection::Extracting { .. } => None,
        }
    }
}

macro_rules! tuple {
    ($extraction:ident: $($T:ident)+) => {
        pin_project! {
            /// The future of a tuple.
            pub struct $extraction<$($T: Extractor),+> {
                request: HttpRequest,
                payload: Payload,
                $(#[pin] $T: Slot<$T>,)+
            }
        }

        impl<$($T: Extractor),+> Future for $extraction<$($T),+> {
            type Output = Result<($($T,)+), Error>;

            fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
                let mut this = self.project();
                $(ready!(this.$T.as_mut().poll(this.request, this.payload, context))?;)+
                // A future that is polled after its end has nothing left to give.
                Poll::Ready(Ok(($(match this.$T.take() {
                    Some(argument) => argument,
                    None => return Poll::Pending,
                },)+)))
            }
        }

        impl<$($T: Extractor),+> Arguments for ($($T,)+) {
            type Extraction = $extraction<$($T),+>;

            fn extract(_: Allowed, request: &HttpRequest, payload: &mut Payload) -> Self::Extraction {
                $extraction { request: request.clone(), payload: payload.take(), $($T: Slot::Waiting),+ }
            }
        }
    };
}

tuple!(Extract1: A);
tuple!(Extract2: A B);
tuple!(Extract3: A B C);
tuple!(Extract4: A B C D);
tuple!(Extract5: A B C D E);
tuple!(Extract6: A B C D E F);
tuple!(Extract7: A B C D E F G);
tuple!(Extract8: A B C D E F G H);
tuple!(Extract9: A B C D E F G H I);
tuple!(Extract10: A B C D E F G H I J);
tuple!(Extract11: A B C D E F G H I J K);
tuple!(Extract12: A B C D E F G H I J K L);
tuple!(Extract13: A B C D E F G H I J K L M);
tuple!(Extract14: A B C D E F G H I J K L M N);
tuple!(Extract15: A B C D E F G H I J K L M N O);
tuple!(Extract16: A B C D E F G H I J K L M N O P);
