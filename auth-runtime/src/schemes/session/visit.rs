//! The session of one request: opened when somebody asks for it, and stored when the answer is there.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use actix_web::{HttpMessage as _, HttpRequest, http::header::HeaderValue};

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
    progress: RefCell<Progress>,
}

#[derive(Default)]
struct Progress {
    open: Option<Open>,
    /// Whether the request was denied, so that it is no use of the session.
    is_denied: bool,
}

/// A session that was opened.
#[derive(Clone, Default)]
struct Open {
    /// The cookie that the session belongs to.
    cookie: Option<String>,
    /// What the cookie says, if there is such a session.
    content: Option<Content>,
    state: State,
    change: Change,
    /// Whether somebody logged out in this request, whatever came after.
    is_ended: bool,
    /// Whether another credential decides about the request, so that the session holds nothing and its data is not stored.
    is_apart: bool,
    /// Why there is no login; `None` if the request has no cookie, or if nobody logged in.
    refusal: Option<InvalidCredential>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Change {
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

/// How a request was answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As its caller wished, so the session was used.
    Used,
    /// As its caller wished, with an answer that shared caches may store, so no cookie is set without need.
    Shared,
    /// With an error.
    Failed,
}

/// What the answer to a request does to the cookie of the session.
pub(crate) enum SetCookie {
    Nothing,
    /// The answer depends on the session, and the cookie stays.
    Used,
    Field(HeaderValue),
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

    /// Opens an empty session, because another credential decides about the request.
    pub(crate) fn open_apart(&self) {
        let mut progress = self.progress.borrow_mut();
        if progress.open.as_ref().is_none_or(|open| open.change == Change::None) {
            progress.open = Some(Open { is_apart: true, ..Open::empty(None, None) });
        }
    }

    /// Refuses the login of a request's session if `scheme` reads its cookie. The session is not kept alive, and its data is
    /// out of reach.
    #[cold]
    pub(crate) fn refuse(request: &HttpRequest, scheme: &Scheme, why: InvalidCredential) {
        let Some(visit) = Self::of(request).filter(|visit| scheme.reads(&visit.settings.source())) else {
            return;
        };
        let mut progress = visit.progress.borrow_mut();
        if let Some(open) = progress.open.as_mut().filter(|open| open.change == Change::None) {
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

    /// Begins a session of this user. The session gets a new key, and keeps the data of a caller who was not logged in.
    /// Returns `false`, and changes nothing, if the session would be too large.
    #[must_use]
    pub(crate) fn begin(&self, user: String) -> bool {
        let began = self.settings.clock.now();
        self.change(Change::Begun, |state| {
            if state.login.replace(LoginState { began, user }).is_some() {
                state.data.clear();
            }
            state.began = None;
        })
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
        open.is_ended |= change == Change::Ended && !open.is_apart;
        open.change = match (open.change, change) {
            // What is put into a session that begins or ends is a part of that.
            (Change::Begun, Change::Data) => Change::Begun,
            (Change::Ended, Change::Data) if open.content.is_some() => Change::Begun,
            (_, change) => change,
        };
        true
    }

    /// Stores what changed, and returns what the answer does to the cookie. A denied request logs nobody in and stores no
    /// data, and a request that failed logs nobody in. A logout counts always.
    ///
    /// # Errors
    /// [`Denial::Unavailable`] if a change cannot be stored, and [`Denial::Failed`] if no browser would keep it.
    pub(crate) async fn finish(&self, outcome: Outcome) -> Result<SetCookie, Denial> {
        let (open, is_denied) = {
            let mut progress = self.progress.borrow_mut();
            (progress.open.take(), progress.is_denied)
        };
        let Some(open) = open else { return Ok(SetCookie::Nothing) };
        let is_dropped = is_denied || (open.change == Change::Begun && outcome == Outcome::Failed);
        match open.change {
            Change::None if is_denied => Ok(SetCookie::Nothing),
            Change::None if outcome == Outcome::Used && open.refusal.is_none() => {
                Ok(self.refresh(open).await)
            }
            Change::None => Ok(SetCookie::Used),
            Change::Data | Change::Ended if open.is_apart => Ok(SetCookie::Used),
            Change::Begun | Change::Data if is_dropped && open.is_ended => self.forget(open).await,
            Change::Begun | Change::Data if is_denied => Ok(SetCookie::Nothing),
            Change::Begun if is_dropped => Ok(SetCookie::Used),
            Change::Data if open.state.is_empty() && open.content.is_some() => self.forget(open).await,
            Change::Data => self.store(open).await,
            Change::Begun => {
                let old = open.content.clone();
                // The old session goes last, so that a login that cannot be stored leaves it as it was.
                let set = self.store(Open { content: None, ..open }).await?;
                self.delete(old.as_ref()).await?;
                Ok(set)
            }
            Change::Ended => self.forget(open).await,
        }
    }

    async fn forget(&self, open: Open) -> Result<SetCookie, Denial> {
        self.delete(open.content.as_ref()).await?;
        Ok(self.settings.cookie.remove().map_or(SetCookie::Used, SetCookie::Field))
    }

    async fn delete(&self, content: Option<&Content>) -> Result<(), Denial> {
        let Some(Content { key, .. }) = content else { return Ok(()) };
        self.settings.store.delete(key).await
    }

    async fn store(&self, open: Open) -> Result<SetCookie, Denial> {
        let Settings { store, .. } = &*self.settings;
        let (stored, ttl) = (open.state.to_stored(), self.settings.ttl());
        let key = match &open.content {
            None if open.state.is_empty() => return Ok(SetCookie::Used),
            None => store.save(stored, ttl).await?,
            Some(Content { key, .. }) => match store.update(key, stored, ttl).await? {
                Some(key) => key,
                None => return Ok(SetCookie::Used),
            },
        };
        self.seal(key).map_err(|cause| Denial::Failed { cause: cause.to_owned() })
    }

    /// Keeps the session alive, but not with every request: each time costs a question to the store and a field.
    async fn refresh(&self, open: Open) -> SetCookie {
        let Settings { store, clock, .. } = &*self.settings;
        let Some(Content { seen, key }) = open.content else { return SetCookie::Used };
        if clock.now() < seen.saturating_add(self.settings.refresh_after()) {
            return SetCookie::Used;
        }
        let kept = match store.keep(&key, self.settings.ttl()).await {
            Ok(()) => store.load(&key).await,
            Err(reason) => Err(reason),
        };
        match kept {
            Ok(Some(_)) => self.seal(key).unwrap_or(SetCookie::Used),
            // Somebody logged in or out in the meantime, and the cookie of that answer has to stay.
            Ok(None) => SetCookie::Used,
            Err(reason) => {
                tracing::warn!(%reason, "a session could not be kept alive");
                SetCookie::Used
            }
        }
    }

    fn seal(&self, key: String) -> Result<SetCookie, &'static str> {
        let content = Content { seen: self.settings.clock.now(), key };
        self.settings.cookie.seal(&content, self.settings.idle).map(SetCookie::Field)
    }
}

/// How many seconds the clocks of the processes of a service may differ.
const LEEWAY: u64 = 60;
const OF_THE_FUTURE: InvalidCredential =
    InvalidCredential::Refused("the session is from the future; a clock was wrong");
const UNKNOWN: InvalidCredential = InvalidCredential::Refused("this service has no such session");
