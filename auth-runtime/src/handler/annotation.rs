//! What an attribute says about its handler, as a type and as plain data.

use std::panic::Location;

use actix_web::guard::GuardContext;

use crate::{
    handler::{argument_kind::ArgumentKind, asked::Rule, signature::Signature},
    policy::{requirement::Requirement, statement::Hide, statement::Statement},
};

/// What an attribute says about one handler. An expansion implements this trait for a type of its own, and that type in
/// the handler's signature is the proof that the handler is annotated.
pub trait Annotation: 'static {
    /// The types of the arguments that the handler was written with.
    type Signature: Signature;
    /// The kind of each argument, in the order of the arguments.
    const ARGUMENTS: &'static [ArgumentKind];
    /// The checks of a handler with type parameters. They run when the handler is compiled for some of them.
    const CHECKED: () = ();
    /// Who may call the handler.
    const STATEMENT: Statement;
    /// The line of the attribute.
    const LOCATION: &'static Location<'static>;
    /// The rule behind `when`, if there is a rule.
    const RULE: Option<Rule<Arguments<Self>>> = None;
}

/// The arguments of the handler with the annotation `A`, as a tuple.
pub type Arguments<A> = <<A as Annotation>::Signature as Signature>::Arguments;

/// The constants of an [`Annotation`] without its types, which may be private to the module of the handler.
#[derive(Clone, Copy, Debug)]
pub struct HandlerInfo {
    pub(crate) arguments: &'static [ArgumentKind],
    /// Whether something that the compiler does not see may stand inside an argument.
    pub(crate) is_opaque: bool,
    /// Whether an argument or the rule may ask who the principal is.
    pub(crate) is_principal_read: bool,
    pub(crate) location: &'static Location<'static>,
    /// How many of the arguments are resources.
    pub(crate) resources: usize,
    pub(crate) rule: Option<&'static str>,
    pub(crate) statement: Statement,
}

impl HandlerInfo {
    /// Stands in for the annotation of a handler whose attribute has a mistake, so that the registration of the handler
    /// does not become a second error. Nothing runs with this value, because the mistake is a compile error.
    #[track_caller]
    pub const fn mistaken() -> Self {
        let statement =
            Statement::Require { requirement: Requirement::authenticated(), hide: Hide::Anonymous };
        Self {
            arguments: &[],
            is_opaque: false,
            is_principal_read: false,
            location: Location::caller(),
            resources: 0,
            rule: None,
            statement,
        }
    }

    /// The constants of the annotation `A`.
    pub const fn of<A: Annotation>() -> Self {
        let info = Self::new(A::STATEMENT, A::ARGUMENTS, A::LOCATION);
        match A::RULE {
            None => info,
            Some(rule) => info.with_rule(rule.text),
        }
    }

    pub(super) const fn new(
        statement: Statement,
        arguments: &'static [ArgumentKind],
        location: &'static Location<'static>,
    ) -> Self {
        Self {
            arguments,
            is_opaque: ArgumentKind::are_opaque(arguments),
            is_principal_read: ArgumentKind::ask_for_the_principal(arguments),
            location,
            resources: ArgumentKind::count_resources(arguments),
            rule: None,
            statement,
        }
    }

    pub(super) const fn with_rule(self, rule: &'static str) -> Self {
        Self { rule: Some(rule), is_principal_read: true, ..self }
    }
}

/// One route of a handler, as the route attribute declares it.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The path, without the prefixes of the scopes around it.
    pub path: &'static str,
    /// The methods that the route answers.
    pub methods: &'static [&'static str],
    /// The name of the resource, for `url_for`.
    pub name: &'static str,
    /// The guards that may keep the route from answering.
    pub guards: &'static [fn(&GuardContext<'_>) -> bool],
}
