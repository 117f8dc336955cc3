//! Tokens and keys of identity providers: real ones, and one that lies.
#![forbid(unsafe_code)]
#![allow(missing_docs, reason = "tests are documented by their names")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod introspection;
mod keys;
