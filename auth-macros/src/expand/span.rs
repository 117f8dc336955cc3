//! The spans of generated tokens, which decide where a message about the tokens points.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

/// Marks the tokens at a place as generated. The compiler suggests no changes to generated tokens, and a generated
/// variable is another one than the user's of the same name.
pub(super) fn generated(place: Span) -> Span {
    Span::mixed_site().located_at(place)
}

/// Replaces the span of each token by `place` of that span. `$crate` is only moved, because its span says which crate
/// is meant.
pub(super) fn each(tokens: TokenStream, place: impl Fn(Span) -> Span + Copy) -> TokenStream {
    let move_token = |token: TokenTree| {
        let span = place(token.span());
        let mut token = match token {
            TokenTree::Group(group) => {
                TokenTree::Group(Group::new(group.delimiter(), each(group.stream(), place)))
            }
            other => other,
        };
        let is_crate = matches!(&token, TokenTree::Ident(ident) if ident == "$crate");
        token.set_span(if is_crate { token.span().located_at(span) } else { span });
        token
    };
    tokens.into_iter().map(move_token).collect()
}

/// Writes a call that the compiler shows where `shown` stands, from the first token to the last.
pub(super) fn call_at(shown: TokenStream, function: TokenStream, arguments: TokenStream) -> TokenStream {
    let spans: Vec<_> = shown.into_iter().map(|token| token.span()).collect();
    let start = spans.first().copied().unwrap_or_else(Span::call_site);
    let end = spans.last().copied().unwrap_or_else(Span::call_site);
    let mut call = each(function, |_| start);
    let mut arguments = Group::new(Delimiter::Parenthesis, arguments);
    arguments.set_span(end);
    call.extend([TokenTree::Group(arguments)]);
    call
}
