//! Differences that were found. Each one was a mistake of the runtime.

use crate::replay;

/// A challenge named a scope twice: the group's scope is implied by others, and that of the handler is not.
#[test]
fn a_challenge_names_a_scope_once() {
    replay(
        r#"{"application":{"apis":[{"authorizer":{"challenge_scopes":true,"schemes":[{"name":"Bearer",
        "place":"Authorization","proof":{"Tokens":[["https://b.issuer.example","Unsaid"]]}}]},"nodes":[{"Group":{
        "nodes":[{"Service":{"handler":"routed"}}],"prefix":"","requires":[[{"ScopeOfEnum":"read"},"Never"]]}}]}]},
        "requests":[{"authorization":[{"Credential":{"scheme":"Bearer","spaces":1,"text":{"Token":{"expires":6000,
        "grants":{"issuer":"https://b.issuer.example","scopes":["write"]}}}}}],"method":"GET","path":"/routed"}]}"#,
    );
}
