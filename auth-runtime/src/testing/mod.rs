//! Helpers for the tests of an application: real tokens, a real server, and a check that hidden resources look absent.

mod answer;
mod difference;
mod issuer;
mod parity;
mod server;
mod timing;
mod variation;
mod wire;

pub use self::{
    issuer::{TestIssuer, TestToken},
    parity::{Parity, assert_hidden},
    server::TestServer,
    timing::Timing,
};
