//! HTTP requests to an identity provider, with a limit on everything that it sends and on every wait.

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
