//! What stands in the signature of a handler.

pub(crate) mod access;
pub(crate) mod annotated;
pub(crate) mod annotation;
pub(crate) mod argument_kind;
pub(crate) mod arguments;
pub(crate) mod arity;
pub(crate) mod asked;
pub(crate) mod authorized;
pub(crate) mod caller;
pub(crate) mod function;
pub(crate) mod output;
pub(crate) mod registering;
pub(crate) mod resource;
pub(crate) mod resources;
pub(crate) mod routed;
#[cfg(feature = "session")]
pub(crate) mod session;
pub(crate) mod signature;
