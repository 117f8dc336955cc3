//! I: introspection of opaque tokens (RFC 7662).
