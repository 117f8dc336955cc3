//! Fixtures that the tests share: a real server, a client that sends and reads raw bytes, and an issuer of tokens.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

pub mod app;
pub mod fake;
pub mod invariants;
pub mod issuer;
pub mod log;
pub mod matrix;
pub mod server;
pub mod wire;

use std::io::Write as _;

/// Prints a line that is shown although the test passes, for example what was left out or counted.
pub fn report(line: &str) {
    // The output may be closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

pub use crate::{
    fake::{Answer, Fake},
    issuer::{Issuer, Token},
    server::Server,
    wire::Response,
};
