//! The driver of the attributes, and the one `quote!` that shows a handler as a whole.

mod checks;
mod fallback;
mod marker;
mod routed;
mod rule;
mod service;
mod signature;
mod span;
mod statement;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, ext::IdentExt as _};

use crate::{
    annotation::Annotation,
    args::AttributeName,
    handler::Handler,
    private::Private,
    route::{self, Route},
    valid,
};

/// Expands one attribute.
pub(crate) fn attribute(attribute: AttributeName, args: TokenStream, item: &TokenStream) -> TokenStream {
    try_attribute(attribute, args.clone(), item.clone())
        .unwrap_or_else(|error| fallback::expand(attribute, args, item, &error))
}

fn try_attribute(attribute: AttributeName, args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let handler = Handler::parse(attribute, item)?;
    let annotation = valid::check(attribute, args, &handler)?;
    Ok(expand(&handler, &annotation))
}

fn expand(handler: &Handler, annotation: &Annotation) -> TokenStream {
    let Annotation { private, rule, .. } = annotation;
    let body = rule.as_ref().map_or_else(|| handler.body.clone(), |rule| rule::body(handler, rule));
    if let Some(routes) = handler.own_routes() {
        return routed::expand(handler, annotation, &routes, &body);
    }
    let marker = marker::name(handler);
    let annotated = annotate(handler, annotation, &marker);
    let function = function(private, handler, &marker, &body);
    quote!(#annotated #function)
}

/// Writes the type that carries the annotation, and what the attribute says.
fn annotate(handler: &Handler, annotation: &Annotation, marker: &Ident) -> TokenStream {
    let Annotation { private, statement, rule } = annotation;
    let (impl_generics, type_generics, where_clause) = handler.sig.generics.split_for_impl();
    let definition = marker::define(marker, handler);
    let (signature, takes) = signature::expand(private, handler, marker);
    let kinds = checks::kinds(private, handler);
    let (later, now) = checked(handler, annotation, marker);
    let statement = statement::expand(private, statement);
    let rule = rule.as_ref().map(|rule| {
        let rule = rule::expand(private, handler, rule);
        quote! {
            const RULE: ::core::option::Option<#private::Rule<#private::Arguments<Self>>> =
                ::core::option::Option::Some(#rule);
        }
    });
    quote! {
        #definition
        #takes

        impl #impl_generics #private::Annotation for #marker #type_generics #where_clause {
            type Signature = #signature;
            const ARGUMENTS: &'static [#private::ArgumentKind] = {
                #[allow(unused_imports)]
                use #private::AnyArgument as _;
                &[#(#kinds),*]
            };
            const STATEMENT: #private::Statement = #statement;
            const LOCATION: #private::Location = #private::here();
            #later
            #rule
        }

        #now
    }
}

/// Writes the checks of the arguments: the constant inside the annotation of a handler with type parameters, whose
/// arguments have no types before the handler is compiled for some of them, or else the constant beside the annotation.
fn checked(handler: &Handler, annotation: &Annotation, marker: &Ident) -> (TokenStream, TokenStream) {
    let Annotation { private, statement, .. } = annotation;
    let is_generic = !handler.sig.generics.params.is_empty();
    let checks = |annotation| {
        let kinds = quote!(<#annotation as #private::Annotation>::ARGUMENTS);
        checks::calls(private, handler, statement, &kinds)
    };
    if is_generic {
        let checks = checks(quote!(Self));
        (quote!(const CHECKED: () = { #(#checks;)* };), TokenStream::new())
    } else {
        let checks = checks(quote!(#marker));
        (TokenStream::new(), quote!(const _: () = { #(#checks;)* };))
    }
}

/// Writes the function that actix-web calls, with the user's function inside.
fn function(private: &Private, handler: &Handler, marker: &Ident, body: &TokenStream) -> TokenStream {
    let Handler { vis, sig, .. } = handler;
    let (name, generics) = (&sig.ident, &sig.generics);
    let (_, type_generics, where_clause) = generics.split_for_impl();
    // actix-web's attribute takes the middleware as a text, in which a path of `$crate` would be lost.
    let middleware = format_ident!("__{}_data", name.unraw());
    let outer_attrs: Vec<_> = handler.outer_attrs().map(|attr| route::with_data(attr, &middleware)).collect();
    let middleware = (!handler.is_plain()).then(|| {
        quote! {
            #[doc(hidden)]
            #[allow(non_camel_case_types)]
            type #middleware = #private::RouteDataMiddleware;
        }
    });
    let inner_attrs = handler.inner_attrs();
    let (output, turbofish) = (handler.output().unwrap_or_else(|| quote!(())), handler.turbofish());
    let service = service::annotated(private, handler, marker, &Route::all(&handler.attrs));
    quote! {
        #service
        #middleware

        #(#outer_attrs)*
        #vis fn #name #generics (
            __authorized: #private::Authorized<#marker #type_generics>,
        ) -> impl ::core::future::Future<Output = #private::Returned<#output>> #where_clause {
            #[allow(clippy::unused_async)]
            #(#inner_attrs)*
            #sig #body

            __authorized.call(#name #turbofish)
        }
    }
}
