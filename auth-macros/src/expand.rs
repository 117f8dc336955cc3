//! The driver, and the one `quote!`.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Ident, Path, spanned::Spanned as _};

use crate::{
    args::Kind,
    fallback,
    handler::Handler,
    marker,
    requirement::{Hide, Name, Requirement, Stated, Statement},
    route::Route,
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
    let private = stated.krate.as_ref().map_or_else(|| quote!(::auth_runtime), ToTokens::to_token_stream);
    let private = quote!(#private::__private);
    let marker = marker::name(handler);
    let routes = Route::all(&handler.attrs);
    let defined = marker::define(&marker, handler, !routes.is_empty());
    let Handler { vis, sig, body, .. } = handler;
    let (outer_attrs, inner_attrs) = (handler.outer_attrs(), handler.inner_attrs());
    let (name, output, arguments) = (&sig.ident, handler.output(), handler.argument_types());
    let (generics, turbofish) = (&sig.generics, handler.turbofish());
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let (service, open) =
        (service(&private, handler, &marker, &routes), open(&private, handler, &stated.statement));
    let statement = statement(&private, &stated.statement);

    quote! {
        #defined

        impl #impl_generics #private::States for #marker #type_generics #where_clause {
            type Arguments = #arguments;
            const STATEMENT: #private::Statement = #statement;
            const LOCATION: #private::Location = #private::here();
        }

        #service
        #open

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

/// What the service states that a route attribute below makes of the handler.
fn service(
    private: &TokenStream,
    handler: &Handler,
    marker: &Ident,
    routes: &[Route],
) -> Option<TokenStream> {
    let name = &handler.sig.ident;
    let list = routes.iter().map(|route| route.expand(private));
    (!routes.is_empty()).then(|| {
        quote! {
            impl #private::StatedService for #name {
                const STATED: #private::Stated = #private::Stated::by::<#marker>();
                const ROUTES: &'static [#private::Route] = &[#(#list),*];
            }
        }
    })
}

/// Under `public`, arguments that would answer 401 are refused: by their types, whatever they are called.
fn open(private: &TokenStream, handler: &Handler, statement: &Statement) -> TokenStream {
    let known = matches!(statement, Statement::Public(_)) && handler.sig.generics.params.is_empty();
    let arguments = handler.arguments().filter(|_| known).map(|argument| {
        let ty = &argument.ty;
        quote_spanned! {ty.span()=>
            const _: () = {
                use #private::AnyArgument as _;
                ::core::assert!(#private::Argument::<#ty>::IS_OPEN, #CLOSED);
            };
        }
    });
    quote!(#(#arguments)*)
}

const CLOSED: &str =
    "under `public` this argument would answer 401; take `Option<Principal>`, or require something";

fn statement(private: &TokenStream, statement: &Statement) -> TokenStream {
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
fn requirement(private: &TokenStream, requirement: &Requirement) -> TokenStream {
    let list = |list: &[Requirement]| {
        let list = list.iter().map(|requirement| self::requirement(private, requirement));
        quote!(&[#(#list),*])
    };
    let (constructor, argument) = match requirement {
        Requirement::All(requirements) => ("all", list(requirements)),
        Requirement::Any(requirements) => ("any", list(requirements)),
        Requirement::Authenticated => ("authenticated", TokenStream::new()),
        Requirement::Role(Name::Literal(name)) => ("role", name.to_token_stream()),
        Requirement::Role(Name::Path(path)) => ("of_role", converted(path, "as_role")),
        Requirement::Scope(Name::Literal(name)) => ("scope", name.to_token_stream()),
        Requirement::Scope(Name::Path(path)) => ("of_scope", converted(path, "as_scope")),
    };
    let constructor = format_ident!("{constructor}");
    quote!(#private::Requirement::#constructor(#argument))
}

/// A constant, or a variant of a derived enum: both convert themselves. Trait methods cannot be called in constants.
fn converted(path: &Path, conversion: &str) -> TokenStream {
    let conversion = Ident::new(conversion, path.span());
    quote_spanned!(path.span()=> #path.#conversion())
}
