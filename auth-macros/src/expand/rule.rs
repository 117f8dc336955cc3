//! The rule behind `when`: one call of the user's function, without logic.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{Ident, Index, Pat, PatIdent, spanned::Spanned as _};

use super::span::{each, generated};
use crate::{annotation::Rule, handler::Handler, private::Private};

/// Writes the rule: its text, and the function that asks it about the arguments.
pub(super) fn expand(private: &Private, handler: &Handler, rule: &Rule) -> TokenStream {
    let text = rule.to_string();
    let (arguments, principal) =
        (own("__arguments", Span::call_site()), own("__principal", Span::call_site()));
    let Asked { bindings, passed } = Asked::of(handler, rule);
    // A route attribute makes a type of the handler's name, and a pattern with that name would mean the type. A
    // function of the same name hides the type.
    let name = &handler.sig.ident;
    let shadow = (!bindings.is_empty()).then(|| quote!(#[allow(dead_code)] fn #name() {}));
    // The compiler shows messages about the call at the function. Its suggestions would show the expansion, and it makes
    // none for generated tokens.
    let place = generated(rule.function.span());
    let function = each(rule.function.to_token_stream(), generated);
    let decide = each(quote!(#private::decide), |_| place);
    let decision = quote_spanned!(place=> #decide(#function(#(#passed),*)).await);
    let decision = match &shadow {
        None => decision,
        Some(shadow) => quote!({ #shadow #(#bindings)* #decision }),
    };
    quote! {
        #private::Rule::new(#text, |__request, __arguments| {
            #private::ask(__request, __arguments, |#arguments, #principal| async move {
                let __decision = #decision;
                (#arguments, __decision)
            })
        })
    }
}

/// Writes the user's body, which then begins with a use of each argument that the rule names. Otherwise the compiler would
/// report an argument as unused that the rule alone looks at.
pub(super) fn body(handler: &Handler, rule: &Rule) -> TokenStream {
    let body = &handler.body;
    let names: Vec<_> = rule.args.iter().filter(|name| handler.binding(name).is_some()).collect();
    // Inner attributes have to stay at the beginning of the body.
    if names.is_empty() || handler.begins_with_attribute() {
        return body.clone();
    }
    quote!({
        #(let _ = &#names;)*
        #[allow(unused_braces, clippy::let_and_return)]
        #body
    })
}

/// The arguments of the rule.
struct Asked {
    /// The statements that take arguments apart as the handler's patterns do.
    bindings: Vec<TokenStream>,
    /// The references that the rule is called with.
    passed: Vec<TokenStream>,
}

impl Asked {
    fn of(handler: &Handler, rule: &Rule) -> Self {
        let mut bindings = Vec::new();
        let mut pass = |name: &Ident| {
            let Some((position, pattern)) = handler.binding(name) else {
                let principal = own("__principal", name.span());
                return quote_spanned!(principal.span()=> &#principal);
            };
            let position = Index::from(position);
            let arguments = own("__arguments", name.span());
            if let Pat::Ident(PatIdent { subpat: None, .. }) = pattern {
                return quote_spanned!(arguments.span()=> &#arguments.#position);
            }
            // The pattern matches a reference, so it goes without `mut` and `ref`.
            let pattern = without_modifiers(pattern.to_token_stream());
            bindings.push(quote!(#[allow(unused_variables)] let #pattern = &#arguments.#position;));
            name.to_token_stream()
        };
        let passed = rule.args.iter().map(&mut pass).collect();
        Self { bindings, passed }
    }
}

/// Names a variable of the expansion.
fn own(name: &str, place: Span) -> Ident {
    Ident::new(name, generated(place))
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
