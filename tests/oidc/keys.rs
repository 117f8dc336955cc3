//! Keys that are fetched.
