//! The rules of the RFCs, each test named after the rule's id. `CONFORMANCE.md` maps id to rule and test.
#![forbid(unsafe_code)]
#![allow(missing_docs, reason = "tests are documented by their names")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod bearer;
mod caching;
mod credentials;
mod hidden;
mod http;
mod jwt;
mod problem;
mod sessions;
