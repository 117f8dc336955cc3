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

/// A group lets in by a cookie, and the routes behind it have another authorizer. Whoever that one refuses was let in
/// by the cookie nevertheless, so shared caches may not keep the answer.
#[test]
fn what_a_cookie_opens_stays_private_behind_another_authorizer() {
    for credential in ["dead", "good"] {
        let json = r#"{"application":{"apis":[{"authorizer":{"schemes":[{"name":"Session","place":{"Cookie":"session"},
            "proof":{"Accounts":{"waits":false,"accounts":[{"credential":"first","answer":{"Principal":{}}}]}}}]},
            "nodes":[{"Group":{"prefix":"/g","requires":[["Authenticated","Never"]],"nodes":[{"Group":{"prefix":"/h",
            "authorizer":{"schemes":[{"name":"Basic","proof":{"Accounts":{"waits":false,"accounts":[{"credential":"good",
            "answer":{"Principal":{}}}]}}}]},
            "nodes":[{"Route":{"path":"/a","method":"GET","handler":"greeting_by_name"}}]}}]}}]}]},
            "requests":[{"method":"GET","path":"/g/h/a","elsewhere":[[{"Cookie":"session"},{"Plain":"first"}]],
            "authorization":[{"Credential":{"scheme":"Basic","spaces":1,"text":{"Plain":"CREDENTIAL"}}}]}]}"#;
        replay(&json.replace("CREDENTIAL", credential));
    }
}

/// A group asks for scopes of a token for its own authorizer, and not for those of the routes behind it.
#[test]
fn a_challenge_names_no_scope_of_another_authorizer() {
    replay(
        r#"{"application":{"apis":[{"authorizer":{"schemes":[{"name":"Bearer","place":"Authorization","proof":{"Tokens":[["https://b.issuer.example","Unsaid"]]}}]},"nodes":[{"Group":{"nodes":[{"Group":{"authorizer":{"challenge_scopes":true,"schemes":[{"name":"Bearer","place":"Authorization","proof":{"Tokens":[["https://b.issuer.example",{"Beginning":{"roles":"a","scopes":"w"}}]]}}]},"nodes":[{"Route":{"handler":"absent","method":"DELETE","path":"/1/{any}"}}],"prefix":""}}],"prefix":"","requires":[[{"ScopeOfEnum":"write"},"Unauthorized"]]}}]}]},"requests":[{"at":0,"authorization":[{"Credential":{"scheme":"bearer","spaces":0,"text":{"Token":{"expires":600,"fault":"None","grants":{"issuer":"https://b.issuer.example","scopes":["all"]}}}}}],"body":"None","method":"DELETE","path":"/1/b"}]}"#,
    );
}

/// A handler that goes on without a resource has used the session, and what it put in is stored.
#[test]
fn a_resource_that_is_done_without_denies_nobody() {
    replay(
        r#"{"application":{"apis":[{"authorizer":{"schemes":[{"name":"Session","place":{"Cookie":"session"},"proof":{"Sessions":{"accounts":[{"answer":{"Principal":{}},"credential":"first"}]}}}]},"nodes":[{"Route":{"handler":"edit_or_not","method":"GET","path":"/{id}"}}]}]},"requests":[{"at":700,"elsewhere":[[{"Cookie":"session"},{"Session":{"began":401,"flaw":"None","name":"first","used":401}}]],"method":"GET","path":"/3"}]}"#,
    );
}
