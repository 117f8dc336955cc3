//! The handlers with our attributes.

use actix_web::get;
use auth_runtime::{Principal, Requirement, require, require_scope};

#[auth_runtime::public("to see what an attribute costs")]
#[get("/orders")]
pub async fn public() -> &'static str {
    "orders"
}

#[require_scope("orders:read")]
#[get("/orders")]
pub async fn scope() -> &'static str {
    "orders"
}

#[require_scope("orders:read")]
#[get("/orders")]
pub async fn principal(principal: Principal) -> &'static str {
    if principal.subject().is_some() { "orders" } else { "" }
}

#[require_scope("orders:delete", hide)]
#[get("/orders")]
pub async fn hidden() -> &'static str {
    "orders"
}

/// Requires a tree of which every leaf is looked at, because the first of two alternatives always fails late.
#[require(all(
    any(
        all(
            any(all(scope("orders:write"), role("manager")), all(scope("orders:read"), role("clerk"))),
            any(all(scope("openid"), role("driver")), all(role("auditor"), scope("orders:delete")))
        ),
        all(
            any(all(scope("orders:write"), role("manager")), all(scope("orders:read"), role("clerk"))),
            any(all(scope("profile"), role("admin")), all(scope("openid"), role("auditor")))
        )
    ),
    any(
        all(
            any(all(scope("profile"), role("admin")), all(scope("openid"), role("auditor"))),
            any(all(scope("profile"), role("owner")), all(role("clerk"), scope("orders:ship")))
        ),
        all(
            any(all(scope("profile"), role("admin")), all(scope("openid"), role("auditor"))),
            any(all(scope("orders:write"), role("manager")), all(scope("orders:read"), role("clerk")))
        )
    )
))]
#[get("/orders")]
pub async fn tree() -> &'static str {
    "orders"
}

/// The same requirement as that of [`tree`], without a handler.
pub const TREE: Requirement = {
    const FOUND: Requirement = Requirement::any(&[
        Requirement::all(&[Requirement::scope("orders:write"), Requirement::role("manager")]),
        Requirement::all(&[Requirement::scope("orders:read"), Requirement::role("clerk")]),
    ]);
    const FOUND_TOO: Requirement = Requirement::any(&[
        Requirement::all(&[Requirement::scope("profile"), Requirement::role("admin")]),
        Requirement::all(&[Requirement::scope("openid"), Requirement::role("auditor")]),
    ]);
    const LACKED: Requirement = Requirement::any(&[
        Requirement::all(&[Requirement::scope("openid"), Requirement::role("driver")]),
        Requirement::all(&[Requirement::role("auditor"), Requirement::scope("orders:delete")]),
    ]);
    const LACKED_TOO: Requirement = Requirement::any(&[
        Requirement::all(&[Requirement::scope("profile"), Requirement::role("owner")]),
        Requirement::all(&[Requirement::role("clerk"), Requirement::scope("orders:ship")]),
    ]);
    const HALF: Requirement =
        Requirement::any(&[Requirement::all(&[FOUND, LACKED]), Requirement::all(&[FOUND, FOUND_TOO])]);
    const OTHER_HALF: Requirement = Requirement::any(&[
        Requirement::all(&[FOUND_TOO, LACKED_TOO]),
        Requirement::all(&[FOUND_TOO, FOUND]),
    ]);
    Requirement::all(&[HALF, OTHER_HALF])
};

/// Makes the principal that the tokens are about.
pub fn caller() -> Principal {
    let scopes = ["openid", "profile", "orders:read", "orders:write"];
    Principal::builder().subject("user-000000").scopes(scopes).roles(["clerk", "auditor"]).build()
}
