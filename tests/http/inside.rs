//! What a handler does itself: it fails with a denial, or asks for resources that the path does not name.

mod around;
mod asked;
mod errors;
mod resources;
