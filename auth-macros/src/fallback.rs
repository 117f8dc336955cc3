//! What an attribute expands to when it has a mistake.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use crate::{
    args::{Arg, Args, Kind, Value},
    handler::Handler,
    route::Route,
};

/// The mistakes and the untouched item, so that nothing else turns red and editors go on completing.
pub(crate) fn expand(kind: Kind, args: TokenStream, item: &TokenStream, error: &syn::Error) -> TokenStream {
    let error = error.to_compile_error();
    let stated = Handler::parse(kind, item.clone()).ok().and_then(|handler| stated(&handler, &krate(args)));
    quote! { #error #item #stated }
}

/// It is a mistake, and not none: where the handler is registered it counts as one that states something.
fn stated(handler: &Handler, krate: &TokenStream) -> Option<TokenStream> {
    let name = &handler.sig.ident;
    (!Route::all(&handler.attrs).is_empty()).then(|| {
        quote! {
            impl #krate::__private::AnnotatedService for #name {
                const INFO: #krate::__private::HandlerInfo = #krate::__private::HandlerInfo::mistaken();
                const ROUTES: &'static [#krate::__private::Route] = &[];
            }
        }
    })
}

/// The path of the runtime, if the arguments can be read.
fn krate(args: TokenStream) -> TokenStream {
    let args = syn::parse2::<Args>(args).map(|Args(args)| args).unwrap_or_default();
    let path = args.into_iter().find_map(|arg| match arg {
        Arg::Assign { name, value: Value::Path(path) } if name == "crate" => Some(path.to_token_stream()),
        _ => None,
    });
    path.unwrap_or_else(|| quote!(::auth_runtime))
}
