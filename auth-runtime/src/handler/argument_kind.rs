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
    /// The argument is a part of the request, and does not ask for the principal.
    Part,
    /// Nothing is known about the argument: it may read, parse or refuse the request, and ask for the principal.
    Other,
    /// The argument is an optional resource. A failure of the store would look like an absent resource.
    PerhapsAccess,
}

impl ArgumentKind {
    /// Checks that the argument at this position may stand there, and that the attribute allows the argument.
    ///
    /// # Panics
    /// In a `const`, when compiling: the argument may not stand there. The message says what to do.
    #[track_caller]
    pub const fn check(arguments: &[Self], position: usize, is_public: bool) {
        let mut rest = arguments;
        let mut skipped = 0;
        while skipped < position {
            let [_, behind @ ..] = rest else { return };
            rest = behind;
            skipped += 1;
        }
        let [argument, behind @ ..] = rest else { return };
        if is_public {
            assert!(!matches!(argument, Self::Access(_) | Self::Caller), "{}", CLOSED);
        }
        assert!(!matches!(argument, Self::PerhapsAccess), "{}", UNUSABLE);
        if matches!(argument, Self::Other | Self::Part) {
            assert!(Self::count_resources(behind) == 0, "{}", TOO_EARLY);
        }
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
}

const CLOSED: &str = "under `public` this argument would answer 401; require something, or take `Option<Principal>` if \
                      it is a principal";
const UNUSABLE: &str = "an `Option` would take a failure of the store for an absent resource; take the `Access`, or \
                        `Result<Access<..>, Denied>`";
const TOO_EARLY: &str = "this argument may read the request, so it stands behind every `Access`: what it refuses would \
                         tell an absent resource from a hidden one";
