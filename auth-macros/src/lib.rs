#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod annotation;
mod args;
mod errors;
mod expand;
mod handler;
mod names;
mod private;
mod route;
mod valid;

use proc_macro::TokenStream;

use crate::{args::AttributeName, names::Names};

/// Makes the variants of an enum roles: `#[wire("admin", implies = [Auditor])]` says a role's name in tokens, and which
/// other roles it covers.
///
/// The enum gets `ALL`, `name`, `description` (its documentation) and `as_role`, and its variants may stand wherever a
/// role is named in an attribute.
#[proc_macro_derive(Roles, attributes(wire))]
pub fn roles(item: TokenStream) -> TokenStream {
    names::derive(Names::Roles, item.into()).into()
}

/// Makes the variants of an enum scopes: `#[wire("orders", implies = [OrdersRead])]` says a scope's name in tokens, and
/// which other scopes it covers.
///
/// The enum gets `ALL`, `name`, `description` (its documentation) and `as_scope`, and its variants may stand wherever a
/// scope is named in an attribute.
#[proc_macro_derive(Scopes, attributes(wire))]
pub fn scopes(item: TokenStream) -> TokenStream {
    names::derive(Names::Scopes, item.into()).into()
}

/// Opens a handler to everyone, on purpose and with a reason: `#[public("the load balancer polls it")]`.
///
/// No credential is looked at, unless the handler asks for an `Option<Principal>`.
#[proc_macro_attribute]
pub fn public(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(AttributeName::Public, args.into(), &item.into()).into()
}

/// Lets in principals that meet a tree of requirements:
/// `#[require(any(role("admin"), all(role("auditor"), scope("orders:read"))))]`.
///
/// The tree is made of `any(..)`, `all(..)`, `scope(..)`, `role(..)` and `authenticated`; several trees are all
/// required. The options `hide`, `hide(anonymous)`, `when = path(..)` and `crate = path` stand behind it.
#[proc_macro_attribute]
pub fn require(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(AttributeName::Require, args.into(), &item.into()).into()
}

/// Lets in any authenticated principal: `#[require_auth]`.
///
/// The options are `hide(anonymous)`, `when = path(..)` and `crate = path`.
#[proc_macro_attribute]
pub fn require_auth(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(AttributeName::RequireAuth, args.into(), &item.into()).into()
}

/// Lets in principals that are in all of these roles: `#[require_role("admin")]`, `#[require_role(any("a", "b"))]`.
///
/// A role is a name in quotes or the path of a `Role`. The options `hide`, `hide(anonymous)`, `when = path(..)` and
/// `crate = path` stand behind the roles.
#[proc_macro_attribute]
pub fn require_role(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(AttributeName::RequireRole, args.into(), &item.into()).into()
}

/// Lets in principals whose credential was delegated all of these scopes: `#[require_scope("orders:write", hide)]`,
/// `#[require_scope(any("orders", "orders:write"))]`.
///
/// A scope is a name in quotes or the path of a `Scope`. The options `hide`, `hide(anonymous)`, `when = path(..)` and
/// `crate = path` stand behind the scopes.
#[proc_macro_attribute]
pub fn require_scope(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(AttributeName::RequireScope, args.into(), &item.into()).into()
}
