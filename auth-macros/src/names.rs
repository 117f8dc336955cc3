//! The derives: an enum whose variants are scopes or roles.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Attribute, Expr, ExprLit, Fields, Ident, ItemEnum, Lit, LitStr, Meta, Path, Result, Token, Variant,
    bracketed,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use crate::{
    errors::Errors,
    private::Private,
    valid::{self, nearest},
};

/// Whether the variants are roles or scopes.
#[derive(Clone, Copy)]
pub(crate) enum Names {
    Roles,
    Scopes,
}

impl Names {
    fn derive(self) -> &'static str {
        match self {
            Self::Roles => "Roles",
            Self::Scopes => "Scopes",
        }
    }

    /// The other kind of names.
    fn others(self) -> Self {
        match self {
            Self::Roles => Self::Scopes,
            Self::Scopes => Self::Roles,
        }
    }

    fn single(self) -> &'static str {
        match self {
            Self::Roles => "role",
            Self::Scopes => "scope",
        }
    }
}

/// One variant with its `#[wire(..)]`.
struct Named {
    variant: Ident,
    name: LitStr,
    implies: Vec<Ident>,
    description: String,
}

/// Expands one derive. A mistake expands to the mistake alone, because the compiler keeps the enum itself.
pub(crate) fn derive(names: Names, item: TokenStream) -> TokenStream {
    try_derive(names, item).unwrap_or_else(|error| error.to_compile_error())
}

fn try_derive(names: Names, item: TokenStream) -> Result<TokenStream> {
    let derive = names.derive();
    let item: ItemEnum = syn::parse2(item)
        .map_err(|error| syn::Error::new(error.span(), format_args!("`{derive}` is derived for an enum")))?;
    let mut errors = Errors::default();
    let private = private(&item.attrs, &mut errors);
    if let Some(first) = item.generics.params.first() {
        errors.at(first, format_args!("`{derive}` is derived for an enum without parameters"));
    }
    if item.variants.is_empty() {
        errors.at(&item.ident, format_args!("an enum without variants names no {}", names.single()));
    }
    let read: Vec<_> = item.variants.iter().filter_map(|variant| read(names, variant, &mut errors)).collect();
    check_names(&read, &mut errors);
    let variants: Vec<_> = item.variants.iter().map(|variant| variant.ident.to_string()).collect();
    let implied_by = closure(&read, &variants, &mut errors);
    errors.finish(Some(()))?;
    Ok(expand(names, &item, &private, &read, &implied_by))
}

/// Reads `#[wire(crate = path)]` on the enum.
fn private(attrs: &[Attribute], errors: &mut Errors) -> Private {
    struct Krate(Path);

    impl Parse for Krate {
        fn parse(input: ParseStream<'_>) -> Result<Self> {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            Ok(Self(Path::parse_mod_style(input)?))
        }
    }

    let mut private = Private::default();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("wire")) {
        match attr.parse_args::<Krate>() {
            Ok(Krate(path)) => private = Private::of(path),
            Err(_) => errors
                .at(attr, "on the enum stands only `#[wire(crate = path)]`; names stand on the variants"),
        }
    }
    private
}

/// The arguments of `#[wire(..)]` on a variant: `"orders:write", implies = [Read]`.
struct Wire {
    name: LitStr,
    implies: Vec<Ident>,
}

impl Parse for Wire {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.parse()?;
        let mut implies = Vec::new();
        if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            let word: Ident = input.parse()?;
            if word != "implies" {
                return Err(syn::Error::new_spanned(
                    &word,
                    format_args!("`{word}` is not known; did you mean `implies`?"),
                ));
            }
            input.parse::<Token![=]>()?;
            let list;
            bracketed!(list in input);
            implies = Punctuated::<Ident, Token![,]>::parse_terminated(&list)?.into_iter().collect();
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(Self { name, implies })
    }
}

fn read(names: Names, variant: &Variant, errors: &mut Errors) -> Option<Named> {
    let single = names.single();
    if !matches!(variant.fields, Fields::Unit) {
        errors.at(&variant.fields, format_args!("a {single} is a name, without fields"));
    }
    let mut wires = variant.attrs.iter().filter(|attr| attr.path().is_ident("wire"));
    let Some(attr) = wires.next() else {
        errors.at(
            &variant.ident,
            format_args!("say the {single}'s name in tokens: `#[wire(\"orders:read\")]`"),
        );
        return None;
    };
    if let Some(second) = wires.next() {
        errors.at(second, format_args!("a {single} has one name"));
    }
    let Wire { name, implies } = match attr.parse_args() {
        Ok(wire) => wire,
        Err(error) => {
            errors.add(error);
            return None;
        }
    };
    let legal = match names {
        Names::Roles => valid::role(&name, errors),
        Names::Scopes if name.value().trim().contains(' ') => {
            errors.at(&name, "a scope has no spaces; write a variant with `#[wire(..)]` for each scope");
            false
        }
        Names::Scopes => valid::scope(&name, errors),
    };
    let description = description(&variant.attrs);
    legal.then(|| Named { variant: variant.ident.clone(), name, implies, description })
}

/// Reads the documentation of a variant, as one line for each paragraph.
fn description(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter(|attr| attr.path().is_ident("doc")).filter_map(|attr| match &attr.meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    let text =
        lines.map(|line| if line.is_empty() { "\n".to_owned() } else { line }).collect::<Vec<_>>().join(" ");
    text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn check_names(read: &[Named], errors: &mut Errors) {
    for (position, named) in read.iter().enumerate() {
        let name = named.name.value();
        if let Some(first) = read.iter().take(position).find(|other| other.name.value() == name) {
            errors.at(&named.name, format_args!("`{name}` is the name of `{}` already", first.variant));
        }
    }
}

/// Lists for each variant the names of all variants that imply it, directly or through others.
fn closure(read: &[Named], variants: &[String], errors: &mut Errors) -> Vec<Vec<LitStr>> {
    for named in read {
        for implied in &named.implies {
            let text = implied.to_string();
            if !variants.contains(&text) {
                let known: Vec<_> = variants.iter().map(String::as_str).collect();
                let hint = nearest(&text, &known)
                    .map(|near| format!("; did you mean `{near}`?"))
                    .unwrap_or_default();
                errors.at(implied, format_args!("`{text}` is no variant of this enum{hint}"));
            } else if *implied == named.variant {
                errors.at(implied, format_args!("`{text}` implies itself; leave it out"));
            } else if reaches(read, implied, &named.variant, &mut Vec::new()) {
                errors.at(
                    implied,
                    format_args!("`{text}` implies `{}` in turn; leave one of them out", named.variant),
                );
            }
        }
    }
    let implied_by = |target: &Named| {
        let broader = read.iter().filter(|named| {
            named.implies.iter().any(|implied| reaches(read, implied, &target.variant, &mut Vec::new()))
        });
        broader.map(|named| named.name.clone()).collect()
    };
    read.iter().map(implied_by).collect()
}

/// Whether `from` is `to`, or implies `to`.
fn reaches<'read>(
    read: &'read [Named],
    from: &'read Ident,
    to: &Ident,
    visited: &mut Vec<&'read Ident>,
) -> bool {
    if from == to {
        return true;
    }
    if visited.contains(&from) {
        return false;
    }
    visited.push(from);
    let named = read.iter().find(|named| named.variant == *from);
    named.is_some_and(|named| named.implies.iter().any(|implied| reaches(read, implied, to, visited)))
}

fn expand(
    names: Names,
    item: &ItemEnum,
    private: &Private,
    read: &[Named],
    implied_by: &[Vec<LitStr>],
) -> TokenStream {
    let ItemEnum { ident, vis, .. } = item;
    let variants: Vec<_> = read.iter().map(|named| &named.variant).collect();
    let wire: Vec<_> = read.iter().map(|named| &named.name).collect();
    let implied_by = implied_by.iter().map(|names| quote!(&[#(#names),*]));
    let descriptions = read.iter().map(|named| &named.description);
    let (convert, typed) = conversion(names, private);
    let refused = refused(names, ident, private);
    let required = required(names, ident, private);
    quote! {
        #[allow(dead_code)]
        impl #ident {
            /// All variants, in the order of their declaration.
            #vis const ALL: &'static [Self] = &[#(Self::#variants),*];

            /// The name with the names that imply it, for requirements.
            #vis const fn #convert(&self) -> #typed {
                match self {
                    #(Self::#variants => #typed::new(#wire).implied_by(#implied_by),)*
                }
            }

            #refused

            /// The documentation of the variant.
            #vis const fn description(&self) -> &'static str {
                match self {
                    #(Self::#variants => #descriptions,)*
                }
            }

            /// The name in tokens.
            #vis const fn name(&self) -> &'static str {
                match self {
                    #(Self::#variants => #wire,)*
                }
            }
        }

        #required
    }
}

/// Writes what makes a variant a requirement, for `Principal::holds`.
fn required(names: Names, ident: &Ident, private: &Private) -> TokenStream {
    let (convert, _) = conversion(names, private);
    let of_name = format_ident!("of_{}", names.single());
    quote! {
        impl #private::AsRequirement for #ident {
            fn as_requirement(&self) -> #private::Requirement {
                #private::Requirement::#of_name(self.#convert())
            }
        }
    }
}

/// Names the method that an attribute calls for a variant, and the type that the method returns.
fn conversion(names: Names, private: &Private) -> (Ident, TokenStream) {
    let typed = match names {
        Names::Roles => quote!(#private::Role),
        Names::Scopes => quote!(#private::Scope),
    };
    (format_ident!("as_{}", names.single()), typed)
}

/// Writes the method that an attribute calls where the other kind of names stands. The method cannot be called, because
/// its bound does not hold, and the message of the bound says so in our words. The lifetime in the bound makes the
/// compiler check the bound at the call, and not here.
fn refused(names: Names, ident: &Ident, private: &Private) -> TokenStream {
    let (convert, typed) = conversion(names.others(), private);
    let bound = match names {
        Names::Roles => quote!(NamesScopes),
        Names::Scopes => quote!(NamesRoles),
    };
    quote! {
        #[doc(hidden)]
        #[allow(unused_lifetimes)]
        pub const fn #convert(&self) -> #typed
        where
            for<'call> #ident: #private::#bound,
        {
            #typed::new("never")
        }
    }
}
