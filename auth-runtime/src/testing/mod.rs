//! For the tests of an application: real tokens, and a real server.

mod issuer;
mod server;

pub use self::{
    issuer::{TestIssuer, TestToken},
    server::TestServer,
};
