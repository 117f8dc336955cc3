//! The driver, and the one `quote!`.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Path, parse_quote};

use crate::{
    args::Kind,
    fallback,
    handler::Handler,
    requirement::{Hide, Name, Requirement, Stated, Statement},
    valid,
};

/// Expands one attribute.
pub(crate) fn attribute(kind: Kind, args: TokenStream, item: &TokenStream) -> TokenStream {
    try_attribute(kind, args, item.clone()).unwrap_or_else(|error| fallback::expand(item, &error))
}

fn try_attribute(kind: Kind, args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let handler = Handler::parse(kind, item)?;
    let stated = valid::check(kind, args, &handler)?;
    Ok(expand(&handler, &stated))
}

fn expand(handler: &Handler, stated: &Stated) -> TokenStream {
    let krate = stated.krate.clone().unwrap_or_else(|| parse_quote!(::auth_runtime));
    let private: Path = parse_quote!(#krate::__private);
    let statement = statement(&private, &stated.statement);

    let Handler { vis, sig, body, .. } = handler;
    let (outer_attrs, inner_attrs) = (handler.outer_attrs(), handler.inner_attrs());
    let (name, output, marker) = (&sig.ident, &sig.output, handler.marker());
    let (generics, where_clause) = (&sig.generics, &sig.generics.where_clause);
    let types = handler.argument_types();
    let turbofish = handler.turbofish();
    let args: Vec<_> = (0..sig.inputs.len()).map(|position| format_ident!("__arg{position}")).collect();

    quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #vis enum #marker {}

        impl #private::States for #marker {
            const STATEMENT: #private::Statement = #statement;
        }

        #(#outer_attrs)*
        #vis async fn #name #generics (
            __authorized: #private::Authorized<#marker, (#(#types,)*)>,
        ) #output #where_clause {
            #[allow(clippy::unused_async)]
            #(#inner_attrs)*
            #sig #body

            let (#(#args,)*) = __authorized.into_args();
            #name #turbofish (#(#args),*).await
        }
    }
}

fn statement(private: &Path, statement: &Statement) -> TokenStream {
    match statement {
        Statement::Public(reason) => quote!(#private::Statement::Public { reason: #reason }),
        Statement::Require(requirement, hide) => {
            let requirement = self::requirement(private, requirement);
            let hide = match hide {
                Hide::Never => quote!(Never),
                Hide::Unauthorized => quote!(Unauthorized),
                Hide::Anonymous => quote!(Anonymous),
            };
            quote! {
                #private::Statement::Require { requirement: #requirement, hide: #private::Hide::#hide }
            }
        }
    }
}

/// Data, and never logic: the tree as it was written, for the runtime to evaluate.
fn requirement(private: &Path, requirement: &Requirement) -> TokenStream {
    let list = |list: &[Requirement]| {
        let list = list.iter().map(|requirement| self::requirement(private, requirement));
        quote!(&[#(#list),*])
    };
    let (constructor, argument) = match requirement {
        Requirement::All(requirements) => ("all", list(requirements)),
        Requirement::Any(requirements) => ("any", list(requirements)),
        Requirement::Authenticated => ("authenticated", TokenStream::new()),
        Requirement::Role(Name::Literal(name)) => ("role", name.to_token_stream()),
        Requirement::Role(Name::Path(path)) => ("of_role", path.to_token_stream()),
        Requirement::Scope(Name::Literal(name)) => ("scope", name.to_token_stream()),
        Requirement::Scope(Name::Path(path)) => ("of_scope", path.to_token_stream()),
    };
    let constructor = format_ident!("{constructor}");
    quote!(#private::Requirement::#constructor(#argument))
}
