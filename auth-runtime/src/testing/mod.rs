//! Helpers for the tests of an application: real tokens, a real server, and a check that hidden resources look absent.

mod answer;
mod asked;
mod difference;
mod issuer;
mod pair;
mod parity;
mod server;
mod timing;
mod variation;
mod varying;
mod wire;

pub use self::{
    asked::{Absent, Owner, without_owner},
    issuer::{TestIssuer, TestToken},
    parity::{Parity, assert_hidden},
    server::TestServer,
    timing::Timing,
};
