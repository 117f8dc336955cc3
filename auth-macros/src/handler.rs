//! The function, taken apart.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Attribute, FnArg, GenericParam, Ident, PatType, Result, Signature, Token, Type, Visibility,
    parse::{ParseStream, Parser as _},
};

use crate::args::Kind;

/// A function as the user wrote it. Its body is never looked into.
pub(crate) struct Handler {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenStream,
}

impl Handler {
    pub(crate) fn parse(kind: Kind, item: TokenStream) -> Result<Self> {
        let parse = |input: ParseStream<'_>| {
            let attrs = input.call(Attribute::parse_outer)?;
            let vis = input.parse()?;
            if !begins_function(input) {
                return Err(input.error(format_args!("`{kind}` goes on a handler, which is an `async fn`")));
            }
            Ok(Self { attrs, vis, sig: input.parse()?, body: input.parse()? })
        };
        parse.parse2(item)
    }

    /// The name of the type that carries the statement.
    pub(crate) fn marker(&self) -> Ident {
        format_ident!("__{}_requirement", self.sig.ident, span = self.sig.ident.span())
    }

    /// The arguments, in order.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &PatType> {
        self.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(argument) => Some(argument),
            FnArg::Receiver(_) => None,
        })
    }

    pub(crate) fn argument_types(&self) -> impl Iterator<Item = &Type> {
        self.arguments().map(|argument| &*argument.ty)
    }

    /// The generic arguments of a call to the function. Lifetimes are inferred.
    pub(crate) fn turbofish(&self) -> Option<TokenStream> {
        let parameters = self.sig.generics.params.iter().filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        });
        let parameters: Vec<_> = parameters.collect();
        (!parameters.is_empty()).then(|| quote!(::<#(#parameters),*>))
    }

    /// The attributes that the expanded handler bears: those that register and document it.
    pub(crate) fn outer_attrs(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| is_outer(attr) || is_lint_level(attr))
    }

    /// The attributes that stay on the user's function: all that look at its arguments or its body.
    pub(crate) fn inner_attrs(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| !is_outer(attr))
    }
}

fn begins_function(input: ParseStream<'_>) -> bool {
    input.peek(Token![fn])
        || input.peek(Token![async])
        || input.peek(Token![unsafe])
        || input.peek(Token![extern])
        || (input.peek(Token![const]) && (input.peek2(Token![fn]) || input.peek2(Token![async])))
}

/// actix-web's route attributes, documentation, and utoipa's `path`.
fn is_outer(attr: &Attribute) -> bool {
    const OUTER: [&str; 15] = [
        "connect",
        "delete",
        "deprecated",
        "doc",
        "get",
        "head",
        "options",
        "patch",
        "path",
        "post",
        "put",
        "route",
        "routes",
        "trace",
        "ROUTE",
    ];
    attr.path().segments.last().is_some_and(|last| OUTER.iter().any(|name| last.ident == name))
}

/// Levels count on both functions. An `expect` is fulfilled once, by the user's.
fn is_lint_level(attr: &Attribute) -> bool {
    ["allow", "deny", "forbid", "warn"].iter().any(|level| attr.path().is_ident(level))
}
