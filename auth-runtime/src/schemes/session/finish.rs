//! The end of a request with a session: what is stored, and what the answer does to the cookie.

use actix_web::http::header::HeaderValue;

use super::{
    Settings,
    cookie::Content,
    state::State,
    visit::{Change, Open, Visit},
};
use crate::policy::decision::Denial;

/// How a request was answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As its caller wished, so the session was used.
    Used,
    /// As its caller wished, with an answer that shared caches may store, so no cookie is set without need.
    Shared,
    /// With 404. What is hidden looks the same, so the request counts as denied.
    Absent,
    /// With another error.
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
    /// Stores what changed, and returns what the answer does to the cookie. A denied request logs nobody in and stores no
    /// data, and a request that failed logs nobody in. A logout counts always.
    ///
    /// # Errors
    /// [`Denial::Unavailable`] if a change cannot be stored, and [`Denial::Failed`] if no browser would keep it.
    pub(crate) async fn finish(&self, outcome: Outcome) -> Result<SetCookie, Denial> {
        let (open, is_denied) = {
            let mut progress = self.progress.borrow_mut();
            (progress.open.take(), progress.is_denied || outcome == Outcome::Absent)
        };
        let Some(open) = open else { return Ok(SetCookie::Nothing) };
        let counts = !is_denied
            && match open.change {
                Change::None | Change::Ended => false,
                Change::Data => !open.is_apart,
                Change::Begun => outcome != Outcome::Failed,
            };
        if counts && !open.state.is_empty() {
            return self.write(open).await;
        }
        // Nothing is left of a session without data.
        if open.is_ended || (counts && open.content.is_some()) {
            self.delete(&open).await?;
            return Ok(self.settings.cookie.remove().map_or(SetCookie::Used, SetCookie::Field));
        }
        if is_denied {
            Ok(SetCookie::Nothing)
        } else if open.change == Change::None && outcome == Outcome::Used && open.refusal.is_none() {
            Ok(self.refresh(open).await)
        } else {
            Ok(SetCookie::Used)
        }
    }

    /// Writes the session, under a new key if somebody logged in or out. The old session goes last, so that a login that
    /// cannot be stored leaves it as it was.
    async fn write(&self, open: Open) -> Result<SetCookie, Denial> {
        if open.change == Change::Data && !open.is_ended {
            return self.store(open.content, &open.state).await;
        }
        let set = self.store(None, &open.state).await?;
        self.delete(&open).await?;
        Ok(set)
    }

    async fn delete(&self, open: &Open) -> Result<(), Denial> {
        for Content { key, .. } in open.content.iter().chain(&open.others) {
            self.settings.store.delete(key).await?;
        }
        Ok(())
    }

    async fn store(&self, content: Option<Content>, state: &State) -> Result<SetCookie, Denial> {
        let Settings { store, .. } = &*self.settings;
        let (stored, ttl) = (state.to_stored(), self.settings.ttl());
        let key = match content {
            None => store.save(stored, ttl).await?,
            Some(Content { key, .. }) => match store.update(&key, stored, ttl).await? {
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
