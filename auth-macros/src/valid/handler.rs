//! The functions that an attribute may not stand on.

use syn::{Attribute, FnArg, Meta, Safety};

use crate::{
    args::{Args, Kind},
    errors::Errors,
    handler::{Handler, Place},
    requirement::{Hide, Name, Requirement, Stated, Statement},
};

/// As many extractors as actix-web has.
const MAX_ARGUMENTS: usize = 16;

pub(super) fn check(kind: Kind, stated: Option<&Stated>, handler: &Handler, errors: &mut Errors) {
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
            errors.at(receiver, "a handler has no `self`: make it a function outside the `impl`, and take state as `web::Data<..>`");
        }
    }
    let has_receiver = sig.receiver().is_some();
    if let Some(name) = handler.names_self().filter(|_| !has_receiver) {
        errors.at(name, "a handler stands outside `impl` and `trait`; make it a free function");
    }
    for argument in handler.arguments() {
        for attr in argument.attrs.iter().filter(|attr| attr.path().is_ident("cfg")) {
            errors.at(attr, "an argument cannot come and go with `#[cfg]`; put it on the handler, and write the handler twice");
        }
    }
    if let Some(extra) = handler.arguments().nth(MAX_ARGUMENTS) {
        errors.at(&extra.pat, "actix-web extracts at most 16 arguments; join some in a tuple");
    }
    for attr in &handler.attrs {
        if let Some(second) = Kind::of(attr.path()) {
            errors.at(attr.path(), contradiction(kind, stated, second, attr));
        } else if Place::of(attr).is_none() {
            let name = Name::Path(attr.path().clone());
            errors.at(
                attr.path(),
                format_args!(
                    "`{name}` is not known here, and might register the function without its authorization; move it \
                     above `{kind}`"
                ),
            );
        }
    }
}

/// Two attributes on one handler.
fn contradiction(kind: Kind, stated: Option<&Stated>, second: Kind, attr: &Attribute) -> String {
    match (kind, second) {
        (Kind::Public, Kind::Public) => return "`public` is there twice; leave one out".to_owned(),
        (Kind::Public, _) | (_, Kind::Public) => {
            return format!("`{kind}` and `{second}` contradict each other; leave one out");
        }
        _ => {}
    }
    match stated.zip(read(second, attr)).and_then(|(first, second)| merge(&first.statement, second.statement))
    {
        Some(merged) => format!("one handler has one requirement; write both as `{merged}`"),
        None => format!("one handler has one requirement; join `{kind}` and `{second}` in one attribute"),
    }
}

/// What the second attribute states. Its own mistakes are its own expansion's to report.
fn read(kind: Kind, attr: &Attribute) -> Option<Stated> {
    let args = match &attr.meta {
        Meta::Path(_) => Args(Vec::new()),
        Meta::List(list) => list.parse_args().ok()?,
        Meta::NameValue(_) => return None,
    };
    super::stated(kind, args, &mut Errors::default())
}

fn merge(first: &Statement, second: Statement) -> Option<String> {
    let (Statement::Require(first, hide), Statement::Require(second, second_hide)) = (first, second) else {
        return None;
    };
    // The stricter of both.
    let hide = match second_hide.max(*hide) {
        Hide::Never => "",
        Hide::Unauthorized => ", hide",
        Hide::Anonymous => ", hide(anonymous)",
    };
    let merged = match (first, second) {
        (Requirement::Authenticated, second) => second.to_string(),
        (first, Requirement::Authenticated) => first.to_string(),
        (first, second) => Requirement::all(vec![first.clone(), second]).to_string(),
    };
    Some(format!("#[require({merged}{hide})]"))
}
