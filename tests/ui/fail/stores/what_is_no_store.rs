//! A store is asked by a closure with a written-out argument, and answers with a `Result`.

use auth_runtime::{
    Principal, Refusal,
    api_key::{ApiKeys, StoredKey},
};

fn stored() -> StoredKey {
    StoredKey::new([0; 32], Principal::builder().build())
}

fn main() {
    ApiKeys::new("ord", |_: &str| Some(stored()));
    ApiKeys::new("ord", |_: &str| Err::<Option<StoredKey>, _>(Refusal::invalid("nobody has this key")));
    ApiKeys::new("ord", async |_: &str| Some(stored()));
    ApiKeys::new("ord", "a table of keys");
}
