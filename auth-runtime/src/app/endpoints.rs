//! The rows of the access table as data: who may reach what.

use std::panic::Location;

use crate::{
    authorizer::Authorizer,
    handler::{access::ResourceAccess, annotation::HandlerInfo, argument_kind::ArgumentKind},
    policy::{
        requirement::Requirement,
        statement::{Hide, Statement, Terms},
    },
};

/// A row of the access table: a path, the methods that are answered there, and who may call them.
///
/// A row serializes as an object of texts. The fields are the data that these texts are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// The path, with the prefixes of its scopes.
    pub path: String,
    /// The methods, sorted. The list is empty for a [public service](crate::Routes::public_service), which may answer
    /// any method.
    pub methods: Vec<String>,
    /// What the handler itself states.
    pub statement: Statement,
    /// What the groups around the handler require, from the outermost group inwards.
    pub groups: Vec<GroupTerms>,
    /// The resources that are authorized, in the order of the handler's arguments.
    pub resources: Vec<AccessedResource>,
    /// The handler's own rule, as written after `when`.
    pub rule: Option<&'static str>,
    /// The realm of the authorizer that answers; `None` for a [public service](crate::Routes::public_service), which
    /// states nothing.
    pub authorizer: Option<String>,
    /// The path of the handler in the code.
    pub handler: String,
    /// The place of the handler's attribute in the code; `None` for a [public service](crate::Routes::public_service).
    pub location: Option<&'static Location<'static>>,
    /// Who is registered before the handler and answers some of its paths: the paths of other handlers in the code, or
    /// scopes, such as `scope /v1`. The handler answers all others.
    pub partly_answered_by: Vec<String>,
    /// Whether the handler's authorizer tells strangers how to get a credential.
    pub(super) has_challenges: bool,
}

/// What a group requires of everyone it lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupTerms {
    /// What a principal has to be or to hold.
    pub requirement: Requirement,
    /// Who does not learn that the group exists.
    pub hide: Hide,
    /// Whether the group's authorizer tells strangers how to get a credential.
    pub(super) has_challenges: bool,
}

/// A resource that a handler accesses, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessedResource {
    /// The name of the action's type, such as `Cancel`.
    pub action: &'static str,
    /// The name of the resource's type, such as `Order`.
    pub resource: &'static str,
    /// What the action requires of the principal, whichever resource it is.
    pub requirement: Requirement,
    /// Whether the handler runs although the resource is refused.
    pub(super) is_handed_on: bool,
}

impl Endpoint {
    /// Makes the row of a handler. Registration completes it.
    pub(crate) fn of(info: HandlerInfo, handler: &str, authorizer: &Authorizer) -> Self {
        let HandlerInfo { arguments, location, rule, statement, .. } = info;
        let resources = arguments.iter().filter_map(ArgumentKind::access).map(AccessedResource::from);
        Self {
            path: String::new(),
            methods: Vec::new(),
            statement,
            groups: Vec::new(),
            resources: resources.collect(),
            rule,
            authorizer: Some(authorizer.realm().to_owned()),
            handler: handler.to_owned(),
            location: Some(location),
            partly_answered_by: Vec::new(),
            has_challenges: authorizer.has_challenges(),
        }
    }

    /// Makes the row of a service that states nothing.
    pub(crate) fn open(reason: &'static str, service: &str) -> Self {
        Self {
            path: String::new(),
            methods: Vec::new(),
            statement: Statement::Public { reason },
            groups: Vec::new(),
            resources: Vec::new(),
            rule: None,
            authorizer: None,
            handler: service.to_owned(),
            location: None,
            partly_answered_by: Vec::new(),
            has_challenges: true,
        }
    }

    /// Returns why everybody may call the handler; `None` if the handler or a group around it requires something.
    pub fn public_reason(&self) -> Option<&'static str> {
        match self.statement {
            Statement::Public { reason } if self.groups.is_empty() => Some(reason),
            Statement::Public { .. } | Statement::Require { .. } => None,
        }
    }

    /// Returns all requirements that are checked before a resource is: those of the groups, from the outermost inwards,
    /// and the handler's own. A caller has to meet all of them. The list is empty if everybody may call the handler.
    pub fn requirements(&self) -> Vec<Requirement> {
        let mut all: Vec<_> = self.groups.iter().map(|group| group.requirement).chain(self.own()).collect();
        all.dedup();
        all
    }

    /// Returns what the handler requires beyond its groups.
    pub(crate) fn own(&self) -> Option<Requirement> {
        match self.statement {
            Statement::Require { requirement, .. }
                if self.groups.is_empty()
                    || (requirement != Requirement::authenticated()
                        && self.groups.iter().all(|group| group.requirement != requirement)) =>
            {
                Some(requirement)
            }
            Statement::Public { .. } | Statement::Require { .. } => None,
        }
    }

    /// Returns the handler and the place of its attribute, for messages.
    pub(crate) fn shown(&self) -> String {
        match self.location {
            Some(location) => format!("`{}` ({}:{})", self.handler, location.file(), location.line()),
            None => format!("`{}`", self.handler),
        }
    }
}

impl AccessedResource {
    /// Writes the action and the resource, as in `Cancel(Order)`.
    pub(crate) fn name(&self) -> String {
        format!("{}({})", self.action, self.resource)
    }

    /// Whether a caller who sees the resource may be denied the action.
    pub(crate) fn may_forbid(&self) -> bool {
        self.requirement != Requirement::authenticated() || self.action != "Read"
    }
}

impl GroupTerms {
    pub(crate) fn of(Terms { requirement, hide }: Terms, authorizer: &Authorizer) -> Self {
        Self { requirement, hide, has_challenges: authorizer.has_challenges() }
    }
}

impl From<ResourceAccess> for AccessedResource {
    fn from(access: ResourceAccess) -> Self {
        Self {
            action: access.action(),
            resource: access.resource(),
            requirement: access.requirement(),
            is_handed_on: access.is_handed_on(),
        }
    }
}

/// The access table of an application, sorted by path and method.
///
/// `Display` writes an aligned text, [`to_markdown`](Self::to_markdown) writes a Markdown table, and the table
/// serializes as an array of [`Endpoint`]s.
///
/// # Example
/// A test that compares the table with a checked-in copy makes every change of access visible in review:
/// ```
/// # use auth_runtime::{Api, Authorizer, ConfigError, Credential, Refusal, Routes, require_scope};
/// #[require_scope("orders:read")]
/// #[actix_web::get("/orders")]
/// async fn list() -> &'static str {
///     "orders"
/// }
///
/// fn routes(routes: &mut Routes<'_>) {
///     routes.service(list);
/// }
/// # let nobody = |_: &Credential<'_>| Err(Refusal::invalid("nobody gets in"));
/// # let authorizer = Authorizer::builder().bearer(nobody).build()?;
/// let api = Api::new(authorizer, routes)?;
/// let expected = r#"
/// | METHOD | PATH | ACCESS | 401 | 403 | 404 | AUTHORIZER | HANDLER |
/// |---|---|---|---|---|---|---|---|
/// | `GET` | `/orders` | `scope("orders:read")` | `anonymous` | `others` |  | `api` | `"#;
/// assert!(api.endpoints().to_markdown().starts_with(expected.trim_start()));
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Endpoints(Vec<Endpoint>);

impl Endpoints {
    /// Makes the table of these rows and sorts it.
    pub(crate) fn sorted(mut rows: Vec<Endpoint>) -> Self {
        rows.sort_by(|one, other| {
            (&one.path, &one.methods, &one.handler).cmp(&(&other.path, &other.methods, &other.handler))
        });
        Self(rows)
    }

    /// Returns the rows.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Endpoint> {
        self.0.iter()
    }
}
