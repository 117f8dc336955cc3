//! The driver of the attributes, and the one `quote!` that shows a handler as a whole.

mod checks;
mod fallback;
mod marker;
mod rule;
mod service;
mod signature;
mod span;
mod statement;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use self::checks::Checks;
use crate::{annotation::Annotation, args::AttributeName, handler::Handler, route::Route, valid};

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
    let Annotation { private, statement, rule } = annotation;
    let Handler { vis, sig, .. } = handler;
    let (name, generics) = (&sig.ident, &sig.generics);
    let (outer_attrs, inner_attrs) = (handler.outer_attrs(), handler.inner_attrs());
    let (output, turbofish) = (handler.output(), handler.turbofish());
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let marker = marker::name(handler);
    let definition = marker::define(&marker, handler);
    let (signature, takes) = signature::expand(private, handler, &marker);
    let kinds = checks::kinds(private, handler);
    let Checks { later, now } = Checks::of(private, handler, &marker);
    let statement = statement::expand(private, statement);
    let body = rule.as_ref().map_or_else(|| handler.body.clone(), |rule| rule::body(handler, rule));
    let rule = rule.as_ref().map(|rule| rule::expand(private, handler, rule));
    let annotation = quote! {
        #definition
        #takes

        impl #impl_generics #private::Annotation for #marker #type_generics #where_clause {
            type Signature = #signature;
            const ARGUMENTS: &'static [#private::ArgumentKind] = #kinds;
            const STATEMENT: #private::Statement = #statement;
            const LOCATION: #private::Location = #private::here();
            #later
            #rule
        }

        #now
    };
    if let Some(routes) = handler.own_routes() {
        let service = service::routed(private, handler, &marker, &routes, &body);
        return quote!(#annotation #service);
    }
    let service = service::annotated(private, handler, &marker, &Route::all(&handler.attrs));
    quote! {
        #annotation
        #service

        #(#outer_attrs)*
        #vis fn #name #generics (
            __authorized: #private::Authorized<#marker #type_generics>,
        ) -> impl ::core::future::Future<Output = #output> #where_clause {
            #[allow(clippy::unused_async)]
            #(#inner_attrs)*
            #sig #body

            __authorized.call(#name #turbofish)
        }
    }
}
