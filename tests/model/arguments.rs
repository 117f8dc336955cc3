//! What the handlers do: they note that they ran, and show what their arguments are.

use std::{
    fmt::Display,
    sync::{Arc, Mutex},
};

use actix_web::web;
use auth_runtime::{
    Access, Claims, Decision, Denial, Denied, InvalidCredential, Principal, session::Session,
};
use serde::Deserialize;

use crate::{
    description::Argument,
    desk::MARK,
    resources::{Document, Edit, EditPage, Page, Team, Vanish, unavailable},
};

/// What happened while a request was answered, in its order.
#[derive(Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<Vec<String>>>);

impl Trace {
    pub(crate) fn add(&self, event: String) {
        self.0.lock().unwrap().push(event);
    }

    /// Notes that a handler ran, and returns what it answers.
    pub(crate) fn ran(&self, handler: &str, arguments: &[String]) -> String {
        self.add(format!("ran {handler}"));
        [&[handler.to_owned()], arguments].concat().join(", ")
    }

    /// Returns what happened, and begins anew.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[derive(Deserialize)]
pub(crate) struct Item {
    price: u64,
}

#[derive(Deserialize)]
pub(crate) struct Tenant {
    tenant: String,
}

/// An argument of a handler, and how the handler shows it.
pub(crate) trait Shown {
    const ARGUMENT: Argument;

    fn shown(&self) -> String;
}

impl Shown for Principal {
    const ARGUMENT: Argument = Argument::Principal;

    fn shown(&self) -> String {
        let or_none = |text: Option<&str>| text.unwrap_or("none").to_owned();
        let (subject, issuer) = (or_none(self.subject()), or_none(self.issuer()));
        format!("{subject} of {issuer} by {}", or_none(self.scheme()))
    }
}

impl Shown for Option<Principal> {
    const ARGUMENT: Argument = Argument::Maybe;

    fn shown(&self) -> String {
        self.as_ref().map_or_else(|| "nobody".to_owned(), Shown::shown)
    }
}

impl Shown for Result<Principal, Denied> {
    const ARGUMENT: Argument = Argument::Attempt;

    fn shown(&self) -> String {
        self.as_ref().map_or_else(|denied| cause(denied).to_owned(), Shown::shown)
    }
}

/// Returns one word for a denial.
fn cause(denied: &Denied) -> &'static str {
    match denied.denial() {
        Denial::Absent | Denial::Invisible => "absent",
        Denial::Anonymous => "anonymous",
        Denial::CrossSite => "cross-site",
        Denial::Forbidden | Denial::Refused(_) => "forbidden",
        Denial::InsufficientScope => "insufficient scope",
        Denial::InvalidCredential(_) => "invalid",
        Denial::MalformedCredential(_) => "malformed",
        Denial::Failed { .. } | Denial::Misconfigured(_) => "failed",
        Denial::Unavailable { .. } => "unavailable",
        _ => "something new",
    }
}

impl Shown for Session {
    const ARGUMENT: Argument = Argument::Session;

    fn shown(&self) -> String {
        if self.get::<String>(MARK).is_some() { "a session" } else { "no session" }.to_owned()
    }
}

impl Shown for Claims<Tenant> {
    const ARGUMENT: Argument = Argument::Claims;

    fn shown(&self) -> String {
        self.0.tenant.clone()
    }
}

impl Shown for web::Json<Item> {
    const ARGUMENT: Argument = Argument::Item;

    fn shown(&self) -> String {
        self.price.to_string()
    }
}

/// A resource that is shown by what it is.
macro_rules! shown {
    ($($Type:ty: $argument:ident = |$resource:ident| $text:expr;)*) => {
        $(impl Shown for $Type {
            const ARGUMENT: Argument = Argument::$argument;

            fn shown(&self) -> String {
                let $resource = self;
                text($text)
            }
        })*
    };
}

fn text(shown: impl Display) -> String {
    shown.to_string()
}

shown! {
    Access<Document>: Read = |document| document.id;
    Access<Document, Edit>: Edit = |document| document.id;
    Access<Document, Vanish>: Vanish = |document| document.id;
    Access<Team>: Team = |team| team.name;
    Access<Page, EditPage>: Page = |page| page.0.id;
    Result<Access<Document, Edit>, Denied>: TryEdit =
        |document| document.as_ref().map_or_else(|denied| cause(denied).to_owned(), Shown::shown);
}

pub(crate) fn is_alice(principal: &Principal) -> bool {
    principal.subject() == Some("alice")
}

pub(crate) async fn is_cheap(item: &Item) -> Result<Decision, Denial> {
    actix_web::rt::task::yield_now().await;
    match item.price {
        0..100 => Ok(Decision::Allow),
        401 => Ok(Decision::Deny(Denial::Anonymous)),
        402 => Err(InvalidCredential::Revoked.into()),
        403 => Ok(Decision::Deny(Denial::InsufficientScope)),
        100..404 => Ok(Decision::Deny(Denial::Refused("the item is dear"))),
        404 => Ok(Decision::Deny(Denial::Invisible)),
        405..503 => Err(std::io::Error::other("nobody knows the price"))?,
        503 => Err(unavailable()),
        _ => Ok(false.into()),
    }
}

pub(crate) fn belongs_to(document: &Document, principal: &Principal) -> Decision {
    (principal.subject() == Some(document.owner)).into()
}
