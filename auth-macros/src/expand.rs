//! The driver, and the one `quote!`.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Ident, Index, Pat, PatIdent, PatType, Path, spanned::Spanned as _};

use crate::{
    args::Kind,
    fallback,
    handler::Handler,
    marker,
    requirement::{Hide, Name, Policy, Requirement, Stated, Statement},
    route::Route,
    valid,
};

/// Expands one attribute.
pub(crate) fn attribute(kind: Kind, args: TokenStream, item: &TokenStream) -> TokenStream {
    try_attribute(kind, args.clone(), item.clone())
        .unwrap_or_else(|error| fallback::expand(kind, args, item, &error))
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
    let statement = statement(&private, &stated.statement);
    let kinds = kinds(&private, handler);
    let own = quote!(<#marker #type_generics as #private::Annotation>);
    let checks = checks(&private, handler, &stated.statement, &own);
    // Without type parameters there is nothing to wait for.
    let (checked, at_once) = if generics.params.is_empty() {
        (None, Some(quote!(#(const _: () = { #checks };)*)))
    } else {
        (Some(quote!(#(#checks)*)), None)
    };
    let when = stated.when.as_ref().map(|policy| when(&private, handler, policy));
    let body = stated.when.as_ref().map_or_else(|| body.clone(), |policy| used(handler, policy));
    let service = service(&private, handler, &marker, &routes);

    quote! {
        #defined

        impl #impl_generics #private::Annotation for #marker #type_generics #where_clause {
            type Arguments = #arguments;
            const ARGUMENTS: &'static [#private::ArgumentKind] = #kinds;
            const CHECKED: () = { #checked };
            const STATEMENT: #private::Statement = #statement;
            const LOCATION: #private::Location = #private::here();
            #when
        }

        #service
        #at_once

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
            impl #private::AnnotatedService for #name {
                const INFO: #private::HandlerInfo = #private::HandlerInfo::of::<#marker>();
                const ROUTES: &'static [#private::Route] = &[#(#list),*];
            }
        }
    })
}

/// What is known of each argument, by its type.
fn kinds(private: &TokenStream, handler: &Handler) -> TokenStream {
    let kinds: Vec<_> = handler.arguments().map(|argument| kind(private, argument)).collect();
    if kinds.is_empty() {
        return quote!(&[]);
    }
    quote! {{
        #[allow(unused_imports)]
        use #private::AnyArgument as _;
        &[#(#kinds),*]
    }}
}

fn kind(private: &TokenStream, argument: &PatType) -> TokenStream {
    let ty = &argument.ty;
    quote_spanned!(ty.span()=> #private::Argument::<#ty>::KIND)
}

/// Refuses arguments where they may not stand: by their types, whatever they are called.
fn checks(
    private: &TokenStream,
    handler: &Handler,
    statement: &Statement,
    own: &TokenStream,
) -> Vec<TokenStream> {
    let open = handler.arguments().filter(|_| matches!(statement, Statement::Public(_))).map(|argument| {
        let kind = kind(private, argument);
        quote_spanned! {argument.ty.span()=>
            {
                #[allow(unused_imports)]
                use #private::AnyArgument as _;
                ::core::assert!(#kind.is_open(), #CLOSED);
            }
        }
    });
    let count = handler.arguments().count();
    let early = handler.arguments().enumerate().filter(|(position, _)| position + 1 < count);
    let early = early.map(|(position, argument)| {
        quote_spanned! {argument.ty.span()=>
            ::core::assert!(!#private::ArgumentKind::is_too_early(#own::ARGUMENTS, #position), #TOO_EARLY);
        }
    });
    let unusable = handler.arguments().map(|argument| {
        let kind = kind(private, argument);
        quote_spanned! {argument.ty.span()=>
            {
                #[allow(unused_imports)]
                use #private::AnyArgument as _;
                ::core::assert!(#kind.is_usable(), #UNUSABLE);
            }
        }
    });
    open.chain(early).chain(unusable).collect()
}

const CLOSED: &str = "under `public` this argument would answer 401; require something, or take `Option<Principal>` if it is a principal";
const UNUSABLE: &str = "an `Option` would take a failure of the store for an absent resource; take the `Access`, or \
                        `Result<Access<..>, Denied>`";
const TOO_EARLY: &str = "this argument may read the request, so it stands behind every `Access`: what it refuses would \
                         tell an absent resource from a hidden one";

/// Asks the user's function about the arguments that it names: one call, and no logic. Names of our own are not the user's,
/// whatever an argument is called.
fn when(private: &TokenStream, handler: &Handler, policy: &Policy) -> TokenStream {
    let shown = policy.to_string();
    let Policy { function, args } = policy;
    let own = |name: &str, span: Span| Ident::new(name, Span::mixed_site().located_at(span));
    let here = Span::call_site();
    let (arguments, principal) = (own("__arguments", here), own("__principal", here));
    let mut bindings = TokenStream::new();
    let passed: Vec<_> = args
        .iter()
        .map(|name| {
            let Some((position, pattern)) = handler.binding(name) else {
                let principal = own("__principal", name.span());
                return quote_spanned!(name.span()=> &#principal);
            };
            let position = Index::from(position);
            if let Pat::Ident(PatIdent { subpat: None, .. }) = pattern {
                let arguments = own("__arguments", name.span());
                return quote_spanned!(name.span()=> &#arguments.#position);
            }
            // As it was written, but for `mut` and `ref`: what is matched is a reference.
            let pattern = without_modifiers(pattern.to_token_stream());
            bindings.extend(quote!(#[allow(unused_variables)] let #pattern = &#arguments.#position;));
            name.to_token_stream()
        })
        .collect();
    // A route attribute makes a type of the handler's name, which a pattern would mean. A function it does not mean.
    let name = &handler.sig.ident;
    let shadow = (!bindings.is_empty()).then(|| quote!(#[allow(dead_code)] fn #name() {}));
    // What the function returns is its own fault.
    let decision = quote_spanned!(function.span()=> __decide(#function(#(#passed),*)).await);
    quote! {
        const RULE: ::core::option::Option<&'static str> = ::core::option::Option::Some(#shown);

        async fn ask(
            #arguments: Self::Arguments,
            #principal: #private::Principal,
        ) -> (Self::Arguments, #private::Decision) {
            use #private::decide as __decide;
            let __decision = {
                #shadow
                #bindings
                #decision
            };
            (#arguments, __decision)
        }
    }
}

/// The body, in which an argument counts as used that the rule alone looks at.
fn used(handler: &Handler, policy: &Policy) -> TokenStream {
    let body = &handler.body;
    let names: Vec<_> = policy.args.iter().filter(|name| handler.binding(name).is_some()).collect();
    // What a block may begin with is not ours to move.
    if names.is_empty() || handler.begins_with_attribute() {
        return body.clone();
    }
    quote!({
        #(let _ = &#names;)*
        #[allow(unused_braces, clippy::let_and_return)]
        #body
    })
}

fn without_modifiers(tokens: TokenStream) -> TokenStream {
    let keep = |token: TokenTree| match token {
        TokenTree::Ident(ident) if ident == "mut" || ident == "ref" => None,
        TokenTree::Group(group) => {
            let stream = without_modifiers(group.stream());
            Some(TokenTree::Group(Group::new(group.delimiter(), stream)))
        }
        other => Some(other),
    };
    tokens.into_iter().filter_map(keep).collect()
}

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
