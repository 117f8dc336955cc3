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
    /// Whether the argument may stand under `public`, where nobody is asked for a credential.
    pub const fn is_open(&self) -> bool {
        !matches!(self, Self::Access(_) | Self::Caller)
    }

    /// Whether the argument may stand anywhere.
    pub const fn is_usable(&self) -> bool {
        !matches!(self, Self::PerhapsAccess)
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

    /// Whether the argument at this position is extracted before a resource is authorized, and may read the request: then
    /// what it refuses would tell an absent resource from a hidden one.
    pub const fn is_too_early(mut arguments: &[Self], position: usize) -> bool {
        let mut at = 0;
        let mut reads = false;
        while let [first, rest @ ..] = arguments {
            if at == position {
                reads = matches!(first, Self::Other | Self::Part);
            } else if at > position && matches!(first, Self::Access(_)) {
                return reads;
            }
            arguments = rest;
            at += 1;
        }
        false
    }
}
