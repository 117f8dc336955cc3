//! HTTP to an identity provider, with a limit to everything that it sends or leaves us waiting for.

mod background;
mod client;
mod freshness;
mod metadata;
mod url;

pub(crate) use self::{
    background::Background,
    client::{Client, ClientSettings, Failure},
    metadata::discover,
    url::ProviderUrl,
};
