//! The statement of a handler, as a constant.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{Path, spanned::Spanned as _};

use crate::{
    annotation::{Hide, Name, Requirement, Statement},
    private::Private,
};

/// Writes who may call the handler.
pub(super) fn expand(private: &Private, statement: &Statement) -> TokenStream {
    match statement {
        Statement::Public(reason) => quote!(#private::Statement::Public { reason: #reason }),
        Statement::Require(required, hide) => {
            let required = requirement(private, required);
            let hide = match hide {
                Hide::Never => quote!(Never),
                Hide::Unauthorized => quote!(Unauthorized),
                Hide::Anonymous => quote!(Anonymous),
            };
            quote! {
                #private::Statement::Require { requirement: #required, hide: #private::Hide::#hide }
            }
        }
    }
}

/// Writes the tree as the attribute has it. It is data without logic: the runtime alone evaluates it.
fn requirement(private: &Private, tree: &Requirement) -> TokenStream {
    let list = |list: &[Requirement]| {
        let list = list.iter().map(|tree| requirement(private, tree));
        quote!(&[#(#list),*])
    };
    let (constructor, argument) = match tree {
        Requirement::All(requirements) => ("all", list(requirements)),
        Requirement::Any(requirements) => ("any", list(requirements)),
        Requirement::Authenticated => ("authenticated", TokenStream::new()),
        Requirement::Issuer(name) => ("issuer", text(name)),
        Requirement::Role(Name::Literal(name)) => ("role", name.to_token_stream()),
        Requirement::Role(Name::Path(path)) => ("of_role", converted(path, "as_role")),
        Requirement::Scheme(name) => ("scheme", text(name)),
        Requirement::Scope(Name::Literal(name)) => ("scope", name.to_token_stream()),
        Requirement::Scope(Name::Path(path)) => ("of_scope", converted(path, "as_scope")),
    };
    let constructor = format_ident!("{constructor}");
    quote!(#private::Requirement::#constructor(#argument))
}

/// Writes a name that is a text, or a constant of one.
fn text(name: &Name) -> TokenStream {
    match name {
        Name::Literal(text) => text.to_token_stream(),
        Name::Path(path) => path.to_token_stream(),
    }
}

/// Converts a constant, or a variant of a derived enum, with an inherent method: a constant cannot call the method of a
/// trait.
fn converted(path: &Path, conversion: &str) -> TokenStream {
    let conversion = Ident::new(conversion, path.span());
    quote_spanned!(path.span()=> #path.#conversion())
}
