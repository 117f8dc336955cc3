//! The session of one request: opened when somebody asks for it, and stored when the answer is there.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use actix_web::{HttpMessage as _, HttpRequest};

use super::{
    Settings,
    cookie::Content,
    state::{LoginState, State},
};
use crate::{
    credential::scheme::Scheme,
    policy::{credential_error::InvalidCredential, decision::Denial},
};

/// The session of one request. The middleware puts it on the request, and nothing is loaded before somebody asks.
pub(crate) struct Visit {
    pub(crate) settings: Arc<Settings>,
    pub(super) progress: RefCell<Progress>,
}

#[derive(Default)]
pub(super) struct Progress {
    pub(super) open: Option<Open>,
    /// Whether the request was denied, so that it is no use of the session.
    pub(super) is_denied: bool,
}

/// A session that was opened.
#[derive(Clone, Default)]
pub(super) struct Open {
    /// The cookie that the session belongs to.
    cookie: Option<String>,
    /// What the cookie says, if there is such a session.
    pub(super) content: Option<Content>,
    /// What the other cookies of the name say. These sessions are out of reach, and end with a login or a logout.
    pub(super) others: Vec<Content>,
    pub(super) state: State,
    pub(super) change: Change,
    /// Whether somebody logged out in this request, whatever came after.
    pub(super) is_ended: bool,
    /// Whether another credential decides about the request, so that the session holds nothing and its data is not stored.
    pub(super) is_apart: bool,
    /// Why there is no login; `None` if the request has no cookie, or if nobody logged in.
    pub(super) refusal: Option<InvalidCredential>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Change {
    #[default]
    None,
    /// The data changed.
    Data,
    /// Somebody logged in, so the session gets a new key.
    Begun,
    Ended,
}

impl Open {
    fn empty(cookie: Option<&str>, refusal: Option<InvalidCredential>) -> Self {
        Self { cookie: cookie.map(str::to_owned), refusal, ..Self::default() }
    }
}

impl Visit {
    pub(crate) fn new(settings: Arc<Settings>) -> Rc<Self> {
        Rc::new(Self { settings, progress: RefCell::default() })
    }

    /// Puts the session on a request.
    pub(crate) fn put(self: &Rc<Self>, request: &HttpRequest) {
        request.extensions_mut().insert(Rc::clone(self));
    }

    /// Returns the session of a request; `None` if no middleware put one there.
    pub(crate) fn of(request: &HttpRequest) -> Option<Rc<Self>> {
        request.extensions().get::<Rc<Self>>().cloned()
    }

    /// Notes that the request was denied. A denied request does not keep a session alive.
    #[inline]
    pub(crate) fn deny(request: &HttpRequest) {
        if let Some(visit) = request.extensions().get::<Rc<Self>>() {
            visit.progress.borrow_mut().is_denied = true;
        }
    }

    /// Opens the session of this cookie, unless it is open.
    ///
    /// # Errors
    /// [`Denial::Unavailable`] if the store cannot be asked.
    pub(crate) async fn open(&self, cookie: Option<&str>) -> Result<(), Denial> {
        let is_open = |progress: &Progress| {
            let open = progress.open.as_ref();
            open.is_some_and(|open| open.cookie.as_deref() == cookie || open.change != Change::None)
        };
        if is_open(&self.progress.borrow()) {
            return Ok(());
        }
        let found = self.find(cookie).await?;
        let mut progress = self.progress.borrow_mut();
        // Somebody else may have opened and changed it in the meantime.
        if !is_open(&progress) {
            progress.open = Some(found);
        }
        Ok(())
    }

    /// Opens an empty session, because no single cookie decides about the request, or because another credential does
    /// (`is_apart`). A login and a logout end the sessions of these cookies all the same.
    pub(crate) fn open_empty<'a>(&self, cookies: impl Iterator<Item = &'a str>, is_apart: bool) {
        let mut progress = self.progress.borrow_mut();
        if progress.open.as_ref().is_none_or(|open| open.change == Change::None) {
            let others = cookies.take(MOST_COOKIES).filter_map(|cookie| self.settings.cookie.open(cookie));
            progress.open = Some(Open { is_apart, others: others.collect(), ..Open::empty(None, None) });
        }
    }

    /// Refuses the login of a request's session if `scheme` reads its cookie. The session is not kept alive, and its data is
    /// out of reach.
    #[cold]
    pub(crate) fn refuse(request: &HttpRequest, scheme: &Scheme, denial: &Denial) {
        if let Some(visit) = Self::of(request).filter(|visit| scheme.reads(&visit.settings.source())) {
            visit.refuse_login(denial);
        }
    }

    /// Refuses the login of the session, if there is one and nothing changed.
    pub(crate) fn refuse_login(&self, denial: &Denial) {
        let why = if let Denial::InvalidCredential(why) = denial { *why } else { NOT_ACCEPTED };
        let mut progress = self.progress.borrow_mut();
        let is_kept = |open: &&mut Open| open.change == Change::None && open.state.login.is_some();
        if let Some(open) = progress.open.as_mut().filter(is_kept) {
            open.state = State::default();
            open.refusal = Some(why);
        }
    }

    async fn find(&self, cookie: Option<&str>) -> Result<Open, Denial> {
        let Some(value) = cookie else { return Ok(Open::empty(None, None)) };
        let refused = |why| Ok(Open::empty(cookie, Some(why)));
        let Some(content) = self.settings.cookie.open(value) else { return refused(UNKNOWN) };
        let now = self.settings.clock.now();
        if let Some(seconds_ago) = now.checked_sub(content.seen.saturating_add(self.settings.idle)) {
            return refused(InvalidCredential::Expired { seconds_ago });
        }
        let latest = now.saturating_add(LEEWAY);
        if content.seen > latest {
            return refused(OF_THE_FUTURE);
        }
        let Some(stored) = self.settings.store.load(&content.key).await? else { return refused(UNKNOWN) };
        let state = State::of(&stored);
        // What does not say when it began would have no end.
        let Some(began) = state.began() else { return refused(UNKNOWN) };
        if began > latest {
            return refused(OF_THE_FUTURE);
        }
        if let Some(seconds_ago) = now.checked_sub(self.settings.ends(began)) {
            return refused(InvalidCredential::Expired { seconds_ago });
        }
        Ok(Open { content: Some(content), state, ..Open::empty(cookie, None) })
    }

    /// Returns who logged in.
    ///
    /// # Errors
    /// The denial of a session that ended, and [`Denial::Anonymous`] if nobody logged in.
    pub(crate) fn login(&self) -> Result<LoginState, Denial> {
        let progress = self.progress.borrow();
        let open = progress.open.as_ref().ok_or(Denial::Anonymous)?;
        match (&open.state.login, open.refusal) {
            (Some(login), _) => Ok(login.clone()),
            (None, Some(refusal)) => Err(refusal.into()),
            (None, None) => Err(Denial::Anonymous),
        }
    }

    /// Returns whether somebody is logged in.
    pub(crate) fn has_login(&self) -> bool {
        self.progress.borrow().open.as_ref().is_some_and(|open| open.state.login.is_some())
    }

    /// Begins a session of this user. The session gets a new key, and keeps the data of a caller who was not logged in if
    /// there is room for it: callers choose their data, and nobody may be kept out by it. Returns `false`, and changes
    /// nothing, if the login alone would be too large.
    #[must_use]
    pub(crate) fn begin(&self, user: String) -> bool {
        let login = LoginState { began: self.settings.clock.now(), user };
        let begin = |keeps_data: bool| {
            self.change(Change::Begun, |state| {
                if state.login.replace(login.clone()).is_some() || !keeps_data {
                    state.data.clear();
                }
                state.began = None;
            })
        };
        begin(true) || begin(false)
    }

    /// Ends the session, and forgets its data.
    pub(crate) fn end(&self) {
        self.change(Change::Ended, |state| *state = State::default());
    }

    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.progress.borrow().open.as_ref()?.state.data.get(name).cloned()
    }

    /// Puts data into the session. Returns `false`, and changes nothing, if the session would be too large.
    #[must_use]
    pub(crate) fn insert(&self, name: &str, value: String) -> bool {
        let now = self.settings.clock.now();
        self.change(Change::Data, |state| {
            state.data.insert(name.to_owned(), value);
            if state.login.is_none() {
                state.began.get_or_insert(now);
            }
        })
    }

    pub(crate) fn remove(&self, name: &str) {
        if self.get(name).is_some() {
            self.change(Change::Data, |state| drop(state.data.remove(name)));
        }
    }

    fn change(&self, change: Change, of_state: impl FnOnce(&mut State)) -> bool {
        let mut progress = self.progress.borrow_mut();
        let open = progress.open.get_or_insert_with(|| Open::empty(None, None));
        let mut changed = open.state.clone();
        of_state(&mut changed);
        let size = changed.size();
        if size > self.settings.store.limit() && size > open.state.size() {
            return false;
        }
        open.state = changed;
        open.is_ended |= change == Change::Ended;
        open.change = match (open.change, change) {
            // What is put into a session that begins is a part of that.
            (Change::Begun, Change::Data) => Change::Begun,
            (_, change) => change,
        };
        true
    }
}

/// How many seconds the clocks of the processes of a service may differ.
const LEEWAY: u64 = 60;
/// The cookies of the name that are looked at. More come from nobody with honest intentions.
const MOST_COOKIES: usize = 8;
const NOT_ACCEPTED: InvalidCredential =
    InvalidCredential::Refused("the login of the session is not accepted");
const OF_THE_FUTURE: InvalidCredential =
    InvalidCredential::Refused("the session is from the future; a clock was wrong");
const UNKNOWN: InvalidCredential = InvalidCredential::Refused("this service has no such session");
