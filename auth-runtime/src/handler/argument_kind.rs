//! What the type of an argument tells the compiler and the access table.

use crate::handler::access::ResourceAccess;

/// What an argument may look at and may answer, by its type.
#[derive(Clone, Copy, Debug)]
pub enum ArgumentKind {
    /// The argument is an authorized resource.
    Access(ResourceAccess),
    /// The argument is the caller. It answers 401 without a credential.
    Caller,
    /// The argument is the caller if there is one, or another fact about the request that is never refused.
    Context,
    /// The argument is the application's data, and looks at nothing of the request.
    Data,
    /// The argument is a resource or something else. The refusal of the resource would become the something else.
    LostAccess,
    /// Nothing is known about the argument: it may read, parse or refuse the request, and ask for the principal.
    Other,
    /// The argument is a part of the request, and does not ask for the principal.
    Part,
    /// The argument gives authorized resources to the handler, and looks at nothing of the request.
    Resources(ResourceAccess),
    /// The argument is an optional resource. A failure of the store would look like an absent resource.
    PerhapsAccess,
}

impl ArgumentKind {
    /// Checks that the argument at this position may stand there.
    ///
    /// # Panics
    /// In a `const`, when compiling: the argument may not stand there. The message says what to do.
    #[track_caller]
    pub const fn check(arguments: &[Self], position: usize) {
        let Some((argument, behind)) = find(arguments, position) else { return };
        assert!(!matches!(argument, Self::PerhapsAccess), "{}", UNUSABLE);
        assert!(!matches!(argument, Self::LostAccess), "{}", LOST);
        if matches!(argument, Self::Other | Self::Part) {
            assert!(!Self::have_an_access(behind), "{}", TOO_EARLY);
        }
    }

    /// Checks an argument under `public`.
    ///
    /// # Panics
    /// As [`check`](Self::check) does.
    #[track_caller]
    pub const fn check_public(arguments: &[Self], position: usize) {
        let Some((argument, _)) = find(arguments, position) else { return };
        assert!(argument.access().is_none(), "{}", NOBODY);
        assert!(!matches!(argument, Self::Caller), "{}", CLOSED);
        Self::check(arguments, position);
    }

    /// Checks an argument of a handler that answers this method, which is not a safe one.
    ///
    /// # Panics
    /// As [`check`](Self::check) does.
    #[track_caller]
    pub const fn check_unsafe(arguments: &[Self], position: usize, method: &str) {
        let Some((argument, _)) = find(arguments, position) else { return };
        if let Some(access) = argument.access() {
            let is_enough = access.names_an_action() || Self::only_read(arguments).is_none();
            assert!(is_enough, "{}", advice(argument.accessor(), method));
        }
        Self::check(arguments, position);
    }

    /// Returns the first argument that accesses resources, if all such arguments are for reading.
    pub(crate) const fn only_read(mut arguments: &[Self]) -> Option<&Self> {
        let mut read = None;
        while let [first, rest @ ..] = arguments {
            match first.access() {
                Some(access) if access.names_an_action() => return None,
                Some(_) if read.is_none() => read = Some(first),
                _ => {}
            }
            arguments = rest;
        }
        read
    }

    /// Returns the name of the argument's type, if it accesses resources.
    pub(crate) const fn accessor(&self) -> &'static str {
        if matches!(self, Self::Resources(_)) { "Resources" } else { "Access" }
    }

    /// Returns what the argument accesses, if it is a resource or gives resources.
    pub(crate) const fn access(&self) -> Option<ResourceAccess> {
        match self {
            Self::Access(access) | Self::Resources(access) => Some(*access),
            _ => None,
        }
    }

    /// Counts the arguments that are resources or give resources.
    pub const fn count_resources(mut arguments: &[Self]) -> usize {
        let mut count = 0;
        while let [first, rest @ ..] = arguments {
            count += first.access().is_some() as usize;
            arguments = rest;
        }
        count
    }

    /// Whether one of the arguments is a resource that the path names.
    const fn have_an_access(mut arguments: &[Self]) -> bool {
        while let [first, rest @ ..] = arguments {
            if matches!(first, Self::Access(_)) {
                return true;
            }
            arguments = rest;
        }
        false
    }

    /// Whether one of the arguments may ask who the principal is.
    pub const fn ask_for_the_principal(mut arguments: &[Self]) -> bool {
        while let [first, rest @ ..] = arguments {
            if !matches!(first, Self::Data | Self::Part) {
                return true;
            }
            arguments = rest;
        }
        false
    }

    /// Whether something may stand inside one of the arguments that the compiler does not see.
    pub const fn are_opaque(mut arguments: &[Self]) -> bool {
        while let [first, rest @ ..] = arguments {
            if matches!(first, Self::Other) {
                return true;
            }
            arguments = rest;
        }
        false
    }
}

/// Returns the argument at this position, and the arguments behind it.
const fn find(arguments: &[ArgumentKind], position: usize) -> Option<(&ArgumentKind, &[ArgumentKind])> {
    let mut rest = arguments;
    let mut skipped = 0;
    while let [first, behind @ ..] = rest {
        if skipped == position {
            return Some((first, behind));
        }
        rest = behind;
        skipped += 1;
    }
    None
}

/// Returns the name of an action for a method, for messages.
pub(crate) const fn action(method: &str) -> &'static str {
    match method.as_bytes() {
        b"DELETE" => "Delete",
        b"POST" => "Create",
        b"PUT" => "Replace",
        _ => "Change",
    }
}

/// Returns what to do about a handler of this method whose resources are all for reading. The text of a panic at compile
/// time is constant, so the text names no type. The compiler shows the type.
const fn advice(accessor: &str, method: &str) -> &'static str {
    macro_rules! advice {
        ($article:literal, $accessor:literal, $method:literal, $action:literal) => {
            concat!(
                $article,
                " `",
                $accessor,
                "` without an action under ",
                $method,
                " only checks that the caller may see the resource; declare `struct ",
                $action,
                "; impl Action<..> for ",
                $action,
                " { .. }` and take `",
                $accessor,
                "<.., ",
                $action,
                ">`"
            )
        };
    }
    macro_rules! advise {
        ($article:literal, $accessor:literal) => {
            match method.as_bytes() {
                b"DELETE" => advice!($article, $accessor, "DELETE", "Delete"),
                b"PATCH" => advice!($article, $accessor, "PATCH", "Change"),
                b"POST" => advice!($article, $accessor, "POST", "Create"),
                b"PUT" => advice!($article, $accessor, "PUT", "Replace"),
                _ => advice!($article, $accessor, "this method", "Change"),
            }
        };
    }
    match accessor.as_bytes() {
        b"Resources" => advise!("a", "Resources"),
        _ => advise!("an", "Access"),
    }
}

const CLOSED: &str = "under `public` this argument would answer 401; require something, or take `Option<Principal>` if \
                      it is a principal";
const NOBODY: &str = "under `public` there is nobody to authorize for a resource; require something, such as with \
                      `#[require_auth]`";
const LOST: &str = "this argument would lose the refusal of its `Access`, and a refused caller could reach the handler; \
                    take the `Access`, or `Result<Access<..>, Denied>`";
const UNUSABLE: &str = "an `Option` would take a failure of the store for an absent resource; take the `Access`, or \
                        `Result<Access<..>, Denied>`";
const TOO_EARLY: &str = "this argument may read the request, so it stands behind every `Access`: what it refuses would \
                         tell an absent resource from a hidden one";
