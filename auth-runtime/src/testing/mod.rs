//! Helpers for the tests of an application: real tokens, a real server, a check that hidden resources look absent, and
//! texts that are compared with checked-in files.

mod answer;
mod asked;
mod checked_in;
mod cookies;
mod difference;
mod issuer;
mod pair;
mod parity;
mod server;
mod timing;
mod variation;
mod varying;
mod wire;
mod words;

pub use self::{
    asked::{Absent, Owner, without_owner},
    checked_in::assert_checked_in,
    issuer::{TestIssuer, TestToken},
    parity::{Parity, assert_hidden},
    server::TestServer,
    timing::Timing,
};
