//! The answers of a service, as raw bytes over TCP.
#![forbid(unsafe_code)]
#![allow(missing_docs, reason = "tests are documented by their names")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod answers;
mod checked_in;
mod composition;
mod enrich;
mod gate;
mod groups;
mod identities;
mod inside;
mod parity;
mod policies;
mod principal;
mod registration;
mod resources;
mod routed;
mod settings;
mod shapes;
mod spellings;
mod stages;
mod testing;
mod tokens;
mod upload;
