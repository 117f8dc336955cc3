//! The access table: who may reach what.

use std::{collections::BTreeMap, fmt, panic::Location};

use serde::Serialize;

use crate::{
    config::ConfigError,
    statement::{Hide, Statement},
};

/// One row of the access table: a path, the methods that it answers there, and who may call it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// The path with the prefixes of its scopes.
    pub path: String,
    /// The methods, sorted. Empty for a service of somebody else's, which may answer any.
    pub methods: Vec<String>,
    /// What is required, as in an attribute; `None` if it is open.
    pub requirement: Option<String>,
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
    pub(crate) fn of(statement: Statement, handler: &str, location: Option<&Location<'_>>) -> Self {
        let (requirement, hide, public) = match statement {
            Statement::Public { reason } => (None, Hide::Never, Some(reason.to_owned())),
            Statement::Require { requirement, hide } => (Some(requirement.to_string()), hide, None),
        };
        Self {
            path: String::new(),
            methods: Vec::new(),
            requirement,
            hide,
            public,
            handler: handler.to_owned(),
            file: location.map(|location| location.file().to_owned()),
            line: location.map(Location::line),
        }
    }

    fn access(&self) -> String {
        let public = self.public.as_deref().map(|reason| format!("public: {reason}"));
        public.or_else(|| self.requirement.clone()).unwrap_or_default()
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

    /// What a table shows. Lines of code are left out: they change with every edit.
    fn cells(&self) -> [String; 5] {
        [
            self.methods(),
            self.path.clone(),
            self.access(),
            self.hidden_from().to_owned(),
            self.handler.clone(),
        ]
    }

    fn place(&self) -> String {
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
        let mut table = format!("| {} |\n|{}\n", HEADER.join(" | "), "---|".repeat(HEADER.len()));
        for endpoint in &self.0 {
            let code = |text: &String| if text.is_empty() { String::new() } else { format!("`{text}`") };
            let escaped = |text: String| text.replace('|', r"\|").replace('\n', " ");
            let cells = endpoint.cells();
            let cells: Vec<_> = cells.iter().map(|cell| escaped(code(cell))).collect();
            table.push_str(&format_row("| ", &cells, " | ", " |"));
        }
        table
    }
}

fn format_row(begin: &str, cells: &[String], separator: &str, end: &str) -> String {
    format!("{begin}{}{end}\n", cells.join(separator))
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

/// Gathers the table while routes are registered.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    prefix: String,
    guarded: bool,
    rows: Vec<(Endpoint, bool)>,
}

impl Recorder {
    /// Records what is registered inside a group.
    pub(crate) fn nested<T>(
        &mut self,
        prefix: &str,
        guarded: bool,
        register: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = (self.prefix.len(), self.guarded);
        self.prefix.push_str(&with_slash(prefix));
        self.guarded |= guarded;
        let registered = register(self);
        self.prefix.truncate(outer.0);
        self.guarded = outer.1;
        registered
    }

    pub(crate) fn record(&mut self, endpoint: Endpoint, methods: &[&str], path: &str, guarded: bool) {
        let mut methods: Vec<_> = methods.iter().map(|method| (*method).to_owned()).collect();
        methods.sort();
        let path = format!("{}{}", self.prefix, with_slash(path));
        self.rows.push((Endpoint { path, methods, ..endpoint }, self.guarded || guarded));
    }

    pub(crate) fn finish(self) -> Result<Endpoints, ConfigError> {
        let mut seen: BTreeMap<(String, &str), &Endpoint> = BTreeMap::new();
        for (endpoint, guarded) in &self.rows {
            if endpoint.public.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
                let remedy = format!("{} is open without a reason; say why", endpoint.place());
                return Err(ConfigError::new("routes", remedy));
            }
            if *guarded {
                continue;
            }
            for method in &endpoint.methods {
                if let Some(first) = seen.insert((shape(&endpoint.path), method), endpoint) {
                    let remedy = format!(
                        "`{method} {}` is registered twice, by {} and by {}, and only the first would ever answer; \
                         leave one out",
                        endpoint.path,
                        first.place(),
                        endpoint.place()
                    );
                    return Err(ConfigError::new("routes", remedy));
                }
            }
        }
        let mut rows: Vec<_> = self.rows.into_iter().map(|(endpoint, _)| endpoint).collect();
        rows.sort_by(|one, other| {
            (&one.path, &one.methods, &one.handler).cmp(&(&other.path, &other.methods, &other.handler))
        });
        Ok(Endpoints(rows))
    }
}

/// actix-web puts a slash before paths that have none.
fn with_slash(path: &str) -> String {
    if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// The path without the names of its parameters: `/{id}` and `/{order}` match the same.
fn shape(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    let mut depth = 0_usize;
    let mut in_name = false;
    for character in path.chars() {
        match character {
            '{' => {
                depth += 1;
                in_name = depth == 1;
                shape.push('{');
                continue;
            }
            '}' => depth = depth.saturating_sub(1),
            ':' => in_name = false,
            _ => {}
        }
        if depth == 0 || !in_name {
            shape.push(character);
        }
    }
    shape
}
