//! Sessions in a real browser, Chromium, which `npm ci` in this folder lets the tests drive.
#![forbid(unsafe_code)]
#![allow(missing_docs, reason = "tests are documented by their names")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod browser;
mod login;
mod shop;
mod sites;
