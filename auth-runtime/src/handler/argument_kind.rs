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
            assert!(Self::count_resources(behind) == 0, "{}", TOO_EARLY);
        }
    }

    /// Checks an argument under `public`.
    ///
    /// # Panics
    /// As [`check`](Self::check) does.
    #[track_caller]
    pub const fn check_public(arguments: &[Self], position: usize) {
        let Some((argument, _)) = find(arguments, position) else { return };
        assert!(!matches!(argument, Self::Access(_) | Self::Caller), "{}", CLOSED);
        Self::check(arguments, position);
    }

    /// Checks an argument of a handler that answers this method, which is not a safe one.
    ///
    /// # Panics
    /// As [`check`](Self::check) does.
    #[track_caller]
    pub const fn check_unsafe(arguments: &[Self], position: usize, method: &str) {
        let Some((argument, _)) = find(arguments, position) else { return };
        if let Self::Access(access) = argument {
            let is_enough = access.names_an_action() || Self::only_read(arguments).is_none();
            assert!(is_enough, "{}", advice(method));
        }
        Self::check(arguments, position);
    }

    /// Returns the first resource if there are resources and all of them are for reading.
    pub(crate) const fn only_read(mut arguments: &[Self]) -> Option<ResourceAccess> {
        let mut read = None;
        while let [first, rest @ ..] = arguments {
            match first {
                Self::Access(access) if access.names_an_action() => return None,
                Self::Access(access) if read.is_none() => read = Some(*access),
                _ => {}
            }
            arguments = rest;
        }
        read
    }

    /// Counts the arguments that are resources.
    pub const fn count_resources(mut arguments: &[Self]) -> usize {
        let mut count = 0;
        while let [first, rest @ ..] = arguments {
            count += matches!(first, Self::Access(_)) as usize;
            arguments = rest;
        }
        count
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
const fn advice(method: &str) -> &'static str {
    macro_rules! advice {
        ($method:literal, $action:literal) => {
            concat!(
                "an `Access` without an action under ",
                $method,
                " only checks that the caller may see the resource; declare `struct ",
                $action,
                "; impl Action<..> for ",
                $action,
                " { .. }` and take `Access<.., ",
                $action,
                ">`"
            )
        };
    }
    match method.as_bytes() {
        b"DELETE" => advice!("DELETE", "Delete"),
        b"PATCH" => advice!("PATCH", "Change"),
        b"POST" => advice!("POST", "Create"),
        b"PUT" => advice!("PUT", "Replace"),
        _ => advice!("this method", "Change"),
    }
}

const CLOSED: &str = "under `public` this argument would answer 401; require something, or take `Option<Principal>` if \
                      it is a principal";
const LOST: &str = "this argument would lose the refusal of its `Access`, and a refused caller could reach the handler; \
                    take the `Access`, or `Result<Access<..>, Denied>`";
const UNUSABLE: &str = "an `Option` would take a failure of the store for an absent resource; take the `Access`, or \
                        `Result<Access<..>, Denied>`";
const TOO_EARLY: &str = "this argument may read the request, so it stands behind every `Access`: what it refuses would \
                         tell an absent resource from a hidden one";
