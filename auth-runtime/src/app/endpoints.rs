//! The access table: who may reach what.

use std::fmt;

use serde::Serialize;

use crate::{
    authorizer::authorize::Terms,
    handler::{annotation::HandlerInfo, argument_kind::ArgumentKind},
    policy::statement::{Hide, Statement},
};

/// How the requirement is written that every principal meets.
const AUTHENTICATED: &str = "authenticated";

/// One row of the access table: a path, the methods that it answers there, and who may call it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// The path with the prefixes of its scopes.
    pub path: String,
    /// The methods, sorted. Empty for a service of somebody else's, which may answer any.
    pub methods: Vec<String>,
    /// What is required, by the groups around it too, as in an attribute; `None` if it is open.
    pub requirement: Option<String>,
    /// The resources that are authorized, and for what, such as `Cancel(Order)`.
    pub access: Vec<String>,
    /// The handler's own rule, as it is written behind `when`.
    pub when: Option<String>,
    /// From whom it is hidden.
    pub hide: Hide,
    /// Why it is open; `None` if something is required.
    pub public: Option<String>,
    /// The path of the handler.
    pub handler: String,
    /// The file of its attribute.
    pub file: Option<String>,
    /// The line of its attribute.
    pub line: Option<u32>,
}

impl Endpoint {
    pub(crate) fn of(info: HandlerInfo, handler: &str) -> Self {
        let HandlerInfo { arguments, location, rule, statement } = info;
        let endpoint = match statement {
            Statement::Public { reason } => Self::open(reason, handler),
            Statement::Require { requirement, hide } => Self {
                requirement: Some(requirement.to_string()),
                hide,
                public: None,
                ..Self::open("", handler)
            },
        };
        let access = arguments.iter().filter_map(|argument| match argument {
            ArgumentKind::Access(access) => Some(access.to_string()),
            _ => None,
        });
        Self {
            access: access.collect(),
            when: rule.map(str::to_owned),
            file: Some(location.file().to_owned()),
            line: Some(location.line()),
            ..endpoint
        }
    }

    pub(crate) fn open(reason: &str, handler: &str) -> Self {
        Self {
            path: String::new(),
            methods: Vec::new(),
            requirement: None,
            access: Vec::new(),
            when: None,
            hide: Hide::Never,
            public: Some(reason.to_owned()),
            handler: handler.to_owned(),
            file: None,
            line: None,
        }
    }

    /// The same, behind groups that require something: then it is open to nobody else. It is hidden as far as each of
    /// those hides who can deny.
    pub(crate) fn behind(self, groups: &[Terms]) -> Self {
        if groups.is_empty() {
            return self;
        }
        let own = self.requirement.filter(|own| own != AUTHENTICATED);
        let own_hide = own.as_ref().map(|_| self.hide);
        let hide = groups.iter().map(|group| group.hide).chain(own_hide).min().unwrap_or_default();
        let mut all: Vec<_> = groups.iter().map(|group| group.requirement.to_string()).chain(own).collect();
        all.dedup();
        let requirement = match all.as_slice() {
            [only] => only.clone(),
            all => format!("all({})", all.join(", ")),
        };
        Self { requirement: Some(requirement), hide, public: None, ..self }
    }

    /// The whole column.
    fn all_access(&self) -> String {
        let public = self.public.as_deref().map(|reason| format!("public: {reason}"));
        let when = self.when.as_deref().map(|when| format!("when {when}"));
        // What says more says that somebody is authenticated, too.
        let says_more = !self.access.is_empty() || when.is_some();
        let requirement = self.requirement.clone().filter(|all| !says_more || all != AUTHENTICATED);
        let all = public.into_iter().chain(requirement).chain(self.access.iter().cloned()).chain(when);
        all.collect::<Vec<_>>().join("; ")
    }

    fn hidden_from(&self) -> &'static str {
        match self.hide {
            Hide::Never => "",
            Hide::Unauthorized => "unauthorized",
            Hide::Anonymous => "anonymous",
        }
    }

    fn methods(&self) -> String {
        if self.methods.is_empty() { "*".to_owned() } else { self.methods.join(" ") }
    }

    /// What a table shows, in one line each. Lines of code are left out: they change with every edit.
    fn cells(&self) -> [String; 5] {
        [&self.methods(), &self.path, &self.all_access(), self.hidden_from(), &self.handler]
            .map(|cell| cell.split(char::is_control).collect::<Vec<_>>().join(" "))
    }

    pub(crate) fn is_open_without_reason(&self) -> bool {
        self.public.as_ref().is_some_and(|reason| reason.trim().is_empty())
    }

    /// The handler, and where it stands.
    pub(crate) fn place(&self) -> String {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => format!("`{}` ({file}:{line})", self.handler),
            _ => format!("`{}`", self.handler),
        }
    }
}

const HEADER: [&str; 5] = ["METHOD", "PATH", "ACCESS", "HIDDEN FROM", "HANDLER"];

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    pub fn iter(&self) -> impl Iterator<Item = &Endpoint> {
        self.0.iter()
    }

    /// The table as JSON, indented.
    pub fn to_json(&self) -> String {
        // Strings and numbers alone: it cannot fail.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The table as Markdown.
    pub fn to_markdown(&self) -> String {
        // Neither a bar nor a backtick ends its cell.
        let cell = |text: String| match text.replace('|', r"\|").replace('`', "'") {
            empty if empty.is_empty() => empty,
            text => format!("`{text}`"),
        };
        let head = [format!("| {} |\n", HEADER.join(" | ")), format!("|{}\n", "---|".repeat(HEADER.len()))];
        let rows = self.0.iter().map(|endpoint| format!("| {} |\n", endpoint.cells().map(cell).join(" | ")));
        head.into_iter().chain(rows).collect()
    }
}

/// An aligned text.
impl fmt::Display for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<_> =
            std::iter::once(HEADER.map(str::to_owned)).chain(self.0.iter().map(Endpoint::cells)).collect();
        let mut widths = [0; HEADER.len()];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in &rows {
            let cells: Vec<_> =
                row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            writeln!(f, "{}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}
