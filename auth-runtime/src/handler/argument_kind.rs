//! What the type of an argument tells about it, without its extraction.

use crate::handler::access::ResourceAccess;

/// What is known of an argument by its type.
#[derive(Clone, Copy, Debug)]
pub enum ArgumentKind {
    /// A resource, which is authorized.
    Access(ResourceAccess),
    /// Who was authorized. Without a credential it answers 401.
    Caller,
    /// Who was authorized, if anybody was.
    Context,
    /// What the application holds: nothing of the request.
    Data,
    /// Part of the request, and nothing that was found out about it.
    Part,
    /// It may read, parse or refuse the request, and ask for the principal.
    Other,
    /// A resource that may be there or not, so that a failure of the store would look like an absent one.
    PerhapsAccess,
}

impl ArgumentKind {
    /// Checks that the argument at this position may stand there, and may stand under the attribute.
    ///
    /// # Panics
    /// In a `const`, when compiling: it may not. The message says what to do.
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

    /// How many of the arguments are resources.
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
