//! HTTP to an identity provider, with a limit to everything that it sends or leaves us waiting for.

mod background;
mod client;
mod endpoint;
mod freshness;
mod metadata;

pub(crate) use self::{
    background::Background,
    client::{Client, ClientSettings, Failure},
    endpoint::Endpoint,
    metadata::discover,
};
