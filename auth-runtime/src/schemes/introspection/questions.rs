//! The questions that are under way. Requests with the same token share one question.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use sha2::{Digest as _, Sha256};
use tokio::{sync::watch, task::AbortHandle};

use crate::{
    credential::verified::{Validity, Verified},
    policy::decision::Denial,
    schemes::provider::Background,
};

/// How many questions are under way or wait for their turn at most. A question about a further token is refused at
/// once.
const MAX_QUESTIONS: usize = 1024;

/// What the issuer's answer means for a request.
pub(super) type Answer = Result<Verified, Denial>;

/// The questions that somebody waits for, each under the SHA-256 of its token.
#[derive(Clone, Default)]
pub(super) struct Questions(Arc<Mutex<HashMap<TokenHash, Weak<Question>>>>);

type TokenHash = [u8; 32];

/// A question, which ends when nobody waits for its answer any more.
pub(super) struct Question {
    answer: watch::Receiver<Option<Answer>>,
    questions: Questions,
    task: AbortHandle,
    token: TokenHash,
}

/// How a request gets its answer.
pub(super) enum Asked {
    /// Another request with the same token just got this answer, which may be remembered.
    Answered(Answer),
    TooMany,
    Waiting(Arc<Question>),
}

impl Questions {
    /// Joins the question about `token` that is under way, or begins one in the background.
    pub(super) fn about<F>(&self, token: &str, background: &Background, begin: impl FnOnce() -> F) -> Asked
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let token = Sha256::digest(token).into();
        // The earlier question is dropped after the lock, which its end takes too.
        let earlier;
        let mut questions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        earlier = questions.get(&token).and_then(Weak::upgrade);
        if let Some(question) = &earlier {
            let answer = question.answer.borrow().clone();
            match answer {
                // The token's first request did not put the answer into the cache yet.
                Some(answer) if may_be_remembered(&answer) => return Asked::Answered(answer),
                // A question whose task broke off is never answered.
                None if question.answer.has_changed().is_ok() => return Asked::Waiting(Arc::clone(question)),
                Some(_) | None => {}
            }
        }
        if questions.len() >= MAX_QUESTIONS {
            return Asked::TooMany;
        }
        let (answers, answer) = watch::channel(None);
        let asking = begin();
        let task = background.spawn(async move { drop(answers.send(Some(asking.await))) });
        let task = task.abort_handle();
        let question = Arc::new(Question { answer, questions: self.clone(), task, token });
        questions.insert(token, Arc::downgrade(&question));
        Asked::Waiting(question)
    }
}

/// Returns whether requests that did not wait for the answer may use it, as they may use the cache.
fn may_be_remembered(answer: &Answer) -> bool {
    let validity = answer.as_ref().ok().and_then(|verified| verified.validity.as_ref());
    validity.is_some_and(Validity::holds)
}

impl Question {
    /// Waits for the answer; `None` if the question broke off.
    pub(super) async fn answer(&self) -> Option<Answer> {
        let mut answer = self.answer.clone();
        answer.wait_for(Option::is_some).await.ok()?.clone()
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        self.task.abort();
        let mut questions = self.questions.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Another question about the token may have begun.
        if questions.get(&self.token).is_some_and(|question| question.strong_count() == 0) {
            questions.remove(&self.token);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{Ready, pending, ready},
        sync::Arc,
        time::Duration,
    };

    use tokio::{runtime::Builder, sync::oneshot};

    use super::{Answer, Asked, Background, MAX_QUESTIONS, Question, Questions, Validity, Verified};
    use crate::{credential::clock::Clock, policy::principal::Principal};

    fn alice() -> Verified {
        Verified::from(Principal::builder().subject("alice").build())
    }

    fn remembered() -> Verified {
        let clock = Clock::default();
        let now = clock.now();
        let validity = Validity { verified_at: now, until: now + 30, clock, key_trust: None };
        Verified::with_validity(Principal::builder().subject("alice").build(), validity)
    }

    fn background() -> Background {
        Background::start().unwrap_or_else(|error| unreachable!("{error}"))
    }

    fn subject(question: &Question) -> Option<String> {
        let runtime = Builder::new_current_thread().build().unwrap_or_else(|error| unreachable!("{error}"));
        let answer = runtime.block_on(question.answer())?;
        answer.ok().and_then(|verified| verified.principal.subject().map(str::to_owned))
    }

    /// Asks a question that is answered with what is sent, and never if the sender is dropped.
    fn ask(questions: &Questions, token: &str) -> (Arc<Question>, oneshot::Sender<Answer>) {
        let (sender, receiver) = oneshot::channel();
        let begin = || async move {
            match receiver.await {
                Ok(answer) => answer,
                Err(_) => pending().await,
            }
        };
        let Asked::Waiting(question) = questions.about(token, &background(), begin) else {
            unreachable!("nothing was asked before");
        };
        (question, sender)
    }

    fn join(questions: &Questions, token: &str) -> Asked {
        questions.about(token, &background(), || -> Ready<Answer> { unreachable!("a question is under way") })
    }

    #[test]
    fn the_first_request_may_go_and_the_others_get_the_answer() {
        let questions = Questions::default();
        let (first, sender) = ask(&questions, "opaque");
        let Asked::Waiting(second) = join(&questions, "opaque") else { unreachable!("it is not answered") };
        drop(first);
        assert!(sender.send(Ok(alice())).is_ok(), "the question goes on");
        assert_eq!(subject(&second).as_deref(), Some("alice"));
    }

    #[test]
    fn a_question_ends_when_nobody_waits() {
        let questions = Questions::default();
        let (first, mut sender) = ask(&questions, "opaque");
        let Asked::Waiting(second) = join(&questions, "opaque") else { unreachable!("it is not answered") };
        drop((first, second));
        assert!(questions.0.lock().is_ok_and(|questions| questions.is_empty()));
        let runtime = Builder::new_current_thread().enable_time().build();
        let runtime = runtime.unwrap_or_else(|error| unreachable!("{error}"));
        let ended =
            runtime.block_on(async { tokio::time::timeout(Duration::from_secs(10), sender.closed()).await });
        assert!(ended.is_ok(), "the question goes on");
    }

    #[test]
    fn an_answer_that_may_be_remembered_is_for_late_requests_too() {
        for (answer, is_for_late_ones) in [(remembered(), true), (alice(), false)] {
            let questions = Questions::default();
            let (first, sender) = ask(&questions, "opaque");
            assert!(sender.send(Ok(answer)).is_ok());
            assert_eq!(subject(&first).as_deref(), Some("alice"));
            let late = questions.about("opaque", &background(), || ready(Ok(alice())));
            assert_eq!(matches!(late, Asked::Answered(_)), is_for_late_ones);
            // The first question ends later, and takes nothing away from the second one.
            drop(first);
            if let Asked::Waiting(second) = late {
                assert!(questions.0.lock().is_ok_and(|questions| questions.len() == 1));
                assert_eq!(subject(&second).as_deref(), Some("alice"));
            }
        }
    }

    #[test]
    fn a_question_that_breaks_off_is_asked_again() {
        let questions = Questions::default();
        let broken = || async { unreachable!("a question that breaks off") };
        let Asked::Waiting(first) = questions.about("opaque", &background(), broken) else {
            unreachable!("nothing was asked before");
        };
        assert_eq!(subject(&first), None);
        let (second, sender) = ask(&questions, "opaque");
        assert!(sender.send(Ok(alice())).is_ok());
        assert_eq!(subject(&second).as_deref(), Some("alice"));
    }

    #[test]
    fn questions_are_limited() {
        let questions = Questions::default();
        let mut asked: Vec<_> =
            (0..MAX_QUESTIONS).map(|number| ask(&questions, &number.to_string())).collect();
        assert!(matches!(join(&questions, "one more"), Asked::TooMany));
        assert!(matches!(join(&questions, "7"), Asked::Waiting(_)), "a question that is under way");
        asked.pop();
        assert!(matches!(
            questions.about("one more", &background(), || ready(Ok(alice()))),
            Asked::Waiting(_)
        ));
    }
}
