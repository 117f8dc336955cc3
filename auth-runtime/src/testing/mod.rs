//! For the tests of an application: real tokens, a real server, and whether what is hidden can be told from what is absent.

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
