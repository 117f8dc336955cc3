//! The rows of the access table, as data: who may reach what.

use std::panic::Location;

use crate::{
    handler::{access::Accessed, arguments::Kind},
    policy::{
        requirement::Requirement,
        statement::{Hide, Stated, Statement, Terms},
    },
};

/// One row of the access table: a path, the methods that it answers there, and who may call it.
///
/// It serializes as an object of texts; the fields here are the data that the texts are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// The path with the prefixes of its scopes.
    pub path: String,
    /// The methods, sorted. Empty for a service of somebody else's, which may answer any.
    pub methods: Vec<String>,
    /// What the handler states by itself.
    pub statement: Statement,
    /// What the groups around the handler require, the outermost first.
    pub groups: Vec<GroupTerms>,
    /// The resources that are authorized, in the order of the handler's arguments.
    pub resources: Vec<AccessedResource>,
    /// The handler's own rule, as it is written behind `when`.
    pub rule: Option<&'static str>,
    /// The path of the handler.
    pub handler: String,
    /// Where the handler's attribute stands; `None` for a service of somebody else's.
    pub location: Option<&'static Location<'static>>,
}

/// What a group requires of everybody who is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupTerms {
    /// What a principal has to be or to hold.
    pub requirement: Requirement,
    /// From whom the group is hidden.
    pub hide: Hide,
}

/// A resource that a handler accesses, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessedResource {
    /// The name of the action's type, such as `Cancel`.
    pub action: &'static str,
    /// The name of the resource's type, such as `Order`.
    pub resource: &'static str,
    /// What the action requires of the principal, whatever the resource.
    pub requirement: Requirement,
}

impl Endpoint {
    /// The row of a handler, which is completed when the handler is registered.
    pub(crate) fn of(stated: Stated, handler: &str) -> Self {
        let Stated { arguments, location, statement, when } = stated;
        let resources = arguments.iter().filter_map(|argument| match argument {
            Kind::Access(accessed) => Some(AccessedResource::from(accessed)),
            _ => None,
        });
        Self {
            path: String::new(),
            methods: Vec::new(),
            statement,
            groups: Vec::new(),
            resources: resources.collect(),
            rule: when,
            handler: handler.to_owned(),
            location: Some(location),
        }
    }

    /// The row of a service that states nothing.
    pub(crate) fn open(reason: &'static str, service: &str) -> Self {
        Self {
            path: String::new(),
            methods: Vec::new(),
            statement: Statement::Public { reason },
            groups: Vec::new(),
            resources: Vec::new(),
            rule: None,
            handler: service.to_owned(),
            location: None,
        }
    }

    /// Why everybody may call it; `None` if something is required, by the handler or by a group around it.
    pub fn public_reason(&self) -> Option<&'static str> {
        match self.statement {
            Statement::Public { reason } if self.groups.is_empty() => Some(reason),
            Statement::Public { .. } | Statement::Require { .. } => None,
        }
    }

    /// All that is required before a resource is looked at: by the groups, the outermost first, and by the handler. Every
    /// one of these has to be met. Empty if everybody may call it.
    pub fn requirements(&self) -> Vec<Requirement> {
        let mut all: Vec<_> = self.groups.iter().map(|group| group.requirement).chain(self.own()).collect();
        all.dedup();
        all
    }

    /// From whom it is hidden: as far as each of those hides who can deny, the groups and the handler.
    pub fn hide(&self) -> Hide {
        let own = match self.statement {
            // Behind a group that authenticates, a handler that requires no more denies nobody.
            Statement::Require { hide, .. } => self.own().map(|_| hide),
            Statement::Public { .. } => None,
        };
        self.groups.iter().map(|group| group.hide).chain(own).min().unwrap_or_default()
    }

    /// What the handler requires beyond its groups.
    fn own(&self) -> Option<Requirement> {
        match self.statement {
            Statement::Require { requirement, .. }
                if self.groups.is_empty() || requirement != Requirement::authenticated() =>
            {
                Some(requirement)
            }
            Statement::Public { .. } | Statement::Require { .. } => None,
        }
    }

    /// The handler, and where its attribute stands, for messages.
    pub(crate) fn shown(&self) -> String {
        match self.location {
            Some(location) => format!("`{}` ({}:{})", self.handler, location.file(), location.line()),
            None => format!("`{}`", self.handler),
        }
    }
}

impl From<Terms> for GroupTerms {
    fn from(Terms { requirement, hide }: Terms) -> Self {
        Self { requirement, hide }
    }
}

impl From<&Accessed> for AccessedResource {
    fn from(accessed: &Accessed) -> Self {
        Self { action: accessed.action(), resource: accessed.resource(), requirement: accessed.requirement() }
    }
}

/// The access table of an application, sorted by path and method.
///
/// `Display` is an aligned text, [`to_markdown`](Self::to_markdown) a table of Markdown, and it serializes as an array
/// of [`Endpoint`]s.
///
/// # Example
/// A change of who may reach what shows in review, if a test compares the table with one that is checked in:
/// ```
/// # use auth_runtime::{Api, Authorizer, ConfigError, Credential, Denial, Principal, Routes, require_scope};
/// #[require_scope("orders:read")]
/// #[actix_web::get("/orders")]
/// async fn list() -> &'static str {
///     "orders"
/// }
///
/// fn routes(routes: &mut Routes<'_>) {
///     routes.service(list);
/// }
/// # let nobody = |_: &Credential<'_>| -> Result<Principal, Denial> { Err(Denial::Forbidden) };
/// # let authorizer = Authorizer::builder().bearer(nobody).build()?;
/// let api = Api::new(authorizer, routes)?;
/// let expected = r#"
/// | METHOD | PATH | ACCESS | HIDDEN FROM | HANDLER |
/// |---|---|---|---|---|
/// | `GET` | `/orders` | `scope("orders:read")` |  | `"#;
/// assert!(api.endpoints().to_markdown().starts_with(expected.trim_start()));
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Endpoints(Vec<Endpoint>);

impl Endpoints {
    /// The table of these rows.
    pub(crate) fn sorted(mut rows: Vec<Endpoint>) -> Self {
        rows.sort_by(|one, other| {
            (&one.path, &one.methods, &one.handler).cmp(&(&other.path, &other.methods, &other.handler))
        });
        Self(rows)
    }

    /// The rows.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Endpoint> {
        self.0.iter()
    }
}
