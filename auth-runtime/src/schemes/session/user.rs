//! The closure that turns the user of a session into a principal.

use std::sync::Arc;

use crate::credential::{
    authenticate::{Asynchronous, Authentication, Direct},
    eventual::Eventual,
};

/// A closure that turns the user of a session into a principal, or refuses the session. It may be `async`; `Form` tells the
/// two apart.
///
/// # Example
/// ```
/// use auth_runtime::{Principal, Refusal, session::Sessions};
///
/// async fn roles_of(name: &str) -> std::io::Result<Vec<String>> {
///     // … ask the database …
///     # let _ = name;
///     Ok(vec!["customer".to_owned()])
/// }
///
/// # let store = auth_runtime::session::MemoryStore::new();
/// let sessions = Sessions::new(store, actix_web::cookie::Key::generate());
/// let scheme = sessions.scheme(async |name: String| {
///     let roles = roles_of(&name).await.map_err(Refusal::unavailable)?; // 503
///     Ok::<_, Refusal>(Principal::builder().subject(name).roles(roles).build())
/// });
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` makes no principal of the user of a session",
    label = "makes no principal of it",
    note = "a closure takes what `Session::begin` was given, with its type written out, and returns a \
            `Result<Principal, Refusal>`; it may be `async`"
)]
pub trait AuthenticateUser<User, Form>: Send + Sync + 'static {
    /// Turns the user into a principal.
    fn authenticate_user(self: Arc<Self>, user: User) -> Authentication;
}

impl<F, User, R> AuthenticateUser<User, Direct> for F
where
    F: Fn(User) -> R + Send + Sync + 'static,
    R: Into<Authentication>,
{
    fn authenticate_user(self: Arc<Self>, user: User) -> Authentication {
        self(user).into()
    }
}

impl<F, User, R> AuthenticateUser<User, Asynchronous> for F
where
    F: AsyncFn(User) -> R + Send + Sync + 'static,
    User: 'static,
    R: Into<Authentication>,
{
    fn authenticate_user(self: Arc<Self>, user: User) -> Authentication {
        Authentication(Eventual::later(async move {
            let answer: Authentication = self(user).await.into();
            answer.0.wait().await
        }))
    }
}
