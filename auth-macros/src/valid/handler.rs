//! The refusal of functions that cannot be handlers.

use quote::ToTokens as _;
use syn::{Attribute, FnArg, Ident, Meta, Safety, Type, TypeReference};

use super::nearest;
use crate::{
    annotation::{Annotation, Hide, Name, Requirement, Statement},
    args::{Args, AttributeName},
    errors::Errors,
    handler::{AttributeTarget, Handler, PRINCIPAL},
};

/// The number of arguments that actix-web extracts at most.
const MAX_ARGUMENTS: usize = 16;

/// Adds the mistakes of the handler to those of the attribute.
pub(super) fn check(
    attribute: AttributeName,
    annotation: Option<&Annotation>,
    handler: &Handler,
    errors: &mut Errors,
) {
    check_signature(handler, errors);
    check_arguments(handler, errors);
    if let Some(rule) = annotation.and_then(|annotation| annotation.rule.as_ref()) {
        for name in rule.args.iter().filter(|name| !handler.can_name(name)) {
            errors.at(name, unbound(name, handler));
        }
    }
    for attr in &handler.attrs {
        if let Some(second) = AttributeName::of(attr.path()) {
            errors.at(attr.path(), contradiction(attribute, annotation, second, attr));
        } else if AttributeTarget::of(attr).is_none() {
            let name = Name::Path(attr.path().clone());
            errors.at(
                attr.path(),
                format_args!(
                    "`{name}` is not known here, and might register the function without its authorization; move it \
                     above `{attribute}`"
                ),
            );
        }
    }
}

fn check_signature(handler: &Handler, errors: &mut Errors) {
    let sig = &handler.sig;
    if sig.asyncness.is_none() {
        errors.at(sig.fn_token, "a handler is asynchronous: write `async fn`");
    }
    if let Safety::Unsafe(keyword) = &sig.safety {
        errors.at(
            keyword,
            "a handler is called by actix-web, which cannot keep the promises of `unsafe`; leave it out",
        );
    }
    for input in &sig.inputs {
        if let FnArg::Receiver(receiver) = input {
            errors.at(
                receiver,
                "a handler has no `self`: make it a function outside the `impl`, and take state as `web::Data<..>`",
            );
        }
    }
    let has_receiver = sig.receiver().is_some();
    if let Some(name) = handler.names_self().filter(|_| !has_receiver) {
        errors.at(name, "a handler stands outside `impl` and `trait`; make it a free function");
    }
}

fn check_arguments(handler: &Handler, errors: &mut Errors) {
    for argument in handler.arguments() {
        for attr in argument.attrs.iter().filter(|attr| attr.path().is_ident("cfg")) {
            errors.at(
                attr,
                "an argument cannot come and go with `#[cfg]`; put it on the handler, and write the handler twice",
            );
        }
    }
    for argument in handler.arguments() {
        if let Type::Reference(TypeReference { elem, .. }) = &*argument.ty {
            let owned = match &**elem {
                Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
                Type::Slice(_) => "web::Bytes".to_owned(),
                other => other.to_token_stream().to_string().replace(' ', ""),
            };
            errors.at(&argument.ty, format_args!("an argument of a handler is owned: write `{owned}`"));
        }
    }
    if let Some(extra) = handler.arguments().nth(MAX_ARGUMENTS) {
        errors.at(&extra.pat, "actix-web extracts at most 16 arguments; join some in a tuple");
    }
}

/// Says that a name behind `when` is no argument of the handler.
fn unbound(name: &Ident, handler: &Handler) -> String {
    let mut known: Vec<_> = handler.names().iter().map(Ident::to_string).collect();
    if !known.iter().any(|known| known == PRINCIPAL) {
        known.push(PRINCIPAL.to_owned());
    }
    let known: Vec<_> = known.iter().map(String::as_str).collect();
    let function = &handler.sig.ident;
    match nearest(&name.to_string(), &known) {
        Some(near) => format!("`{name}` is no argument of `{function}`; did you mean `{near}`?"),
        None => format!("`{name}` is no argument of `{function}`; there are `{}`", known.join("`, `")),
    }
}

/// Says that two attributes stand on one handler, and how to join them.
fn contradiction(
    attribute: AttributeName,
    annotation: Option<&Annotation>,
    second: AttributeName,
    attr: &Attribute,
) -> String {
    match (attribute, second) {
        (AttributeName::Public, AttributeName::Public) => {
            return "`public` is there twice; leave one out".to_owned();
        }
        (AttributeName::Public, _) | (_, AttributeName::Public) => {
            return format!("`{attribute}` and `{second}` contradict each other; leave one out");
        }
        _ => {}
    }
    match annotation.zip(read(second, attr)).and_then(|(first, second)| merge(first, second)) {
        Some(merged) => format!("one handler has one requirement; write both as `{merged}`"),
        None => {
            format!("one handler has one requirement; join `{attribute}` and `{second}` in one attribute")
        }
    }
}

/// Reads the second attribute. The expansion of that attribute reports the mistakes in it.
fn read(attribute: AttributeName, attr: &Attribute) -> Option<Annotation> {
    let args = match &attr.meta {
        Meta::Path(_) => Args(Vec::new()),
        Meta::List(list) => list.parse_args().ok()?,
        Meta::NameValue(_) => return None,
    };
    super::annotation(attribute, args, &mut Errors::default())
}

fn merge(first: &Annotation, second: Annotation) -> Option<String> {
    let (Statement::Require(one, hide), Statement::Require(other, other_hide)) =
        (&first.statement, second.statement)
    else {
        return None;
    };
    // The joined attribute hides as much as the stricter one.
    let hide = match other_hide.max(*hide) {
        Hide::Never => "",
        Hide::Unauthorized => ", hide",
        Hide::Anonymous => ", hide(anonymous)",
    };
    let rule = match (&first.rule, &second.rule) {
        (Some(_), Some(_)) => return None,
        (Some(rule), None) | (None, Some(rule)) => format!(", when = {rule}"),
        (None, None) => String::new(),
    };
    let merged = match (one, other) {
        (Requirement::Authenticated, other) => other.to_string(),
        (one, Requirement::Authenticated) => one.to_string(),
        (one, other) => Requirement::all(vec![one.clone(), other]).to_string(),
    };
    Some(format!("#[require({merged}{hide}{rule})]"))
}
