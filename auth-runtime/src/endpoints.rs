//! The access table: who may reach what.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use crate::{
    config::ConfigError,
    statement::{Hide, Stated, Statement},
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
    pub(crate) fn of(Stated { statement, location }: Stated, handler: &str) -> Self {
        let endpoint = match statement {
            Statement::Public { reason } => Self::open(reason, handler),
            Statement::Require { requirement, hide } => Self {
                requirement: Some(requirement.to_string()),
                hide,
                public: None,
                ..Self::open("", handler)
            },
        };
        Self { file: Some(location.file().to_owned()), line: Some(location.line()), ..endpoint }
    }

    pub(crate) fn open(reason: &str, handler: &str) -> Self {
        Self {
            path: String::new(),
            methods: Vec::new(),
            requirement: None,
            hide: Hide::Never,
            public: Some(reason.to_owned()),
            handler: handler.to_owned(),
            file: None,
            line: None,
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

    /// What a table shows, in one line each. Lines of code are left out: they change with every edit.
    fn cells(&self) -> [String; 5] {
        [&self.methods(), &self.path, &self.access(), self.hidden_from(), &self.handler]
            .map(|cell| cell.split(char::is_control).collect::<Vec<_>>().join(" "))
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

/// Gathers the table while routes are registered.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    prefix: String,
    guarded: bool,
    rows: Vec<Endpoint>,
    /// Who answers a method at a path of this shape.
    answering: BTreeMap<(String, String), Endpoint>,
    /// The prefixes of finished scopes: actix-web offers nothing behind them to anyone else.
    taken: Vec<String>,
    error: Option<ConfigError>,
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
        self.prefix.push_str(with_slash(prefix).trim_end_matches('/'));
        self.guarded |= guarded;
        let full = self.prefix.clone();
        self.refuse_taken(&full, "the scope");
        let registered = register(self);
        if !self.guarded {
            self.taken.push(full);
        }
        self.prefix.truncate(outer.0);
        self.guarded = outer.1;
        registered
    }

    /// Records a route that states its authorization.
    pub(crate) fn record(&mut self, endpoint: Endpoint, methods: &[&str], path: &str, guarded: bool) {
        let mut methods: Vec<_> = methods.iter().map(|method| (*method).to_owned()).collect();
        methods.sort();
        let path = format!("{}{}", self.prefix, with_slash(path));
        let endpoint = Endpoint { path, methods, ..endpoint };
        if endpoint.public.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
            self.refuse(format!("{} is open without a reason; say why", endpoint.place()));
        }
        if !self.guarded && !guarded {
            self.refuse_taken(&endpoint.path, &endpoint.place());
            self.refuse_twice(&endpoint);
        }
        self.rows.push(endpoint);
    }

    /// Records a service that states nothing. It is asked last, so it takes nothing from others.
    pub(crate) fn record_open(&mut self, endpoint: Endpoint, path: &str) {
        self.record(endpoint, &[], path, true);
    }

    fn refuse_twice(&mut self, endpoint: &Endpoint) {
        for method in &endpoint.methods {
            let place = (shape(&endpoint.path), method.clone());
            if let Some(first) = self.answering.insert(place, endpoint.clone()) {
                self.refuse(format!(
                    "`{method} {}` is registered twice, by {} and by {}, and only the first would ever answer; leave \
                     one out",
                    endpoint.path,
                    first.place(),
                    endpoint.place()
                ));
            }
        }
    }

    fn refuse_taken(&mut self, path: &str, what: &str) {
        if self.guarded {
            return;
        }
        if let Some(taken) = self.taken.iter().find(|taken| takes(taken, path)).cloned() {
            self.refuse(format!(
                "{what} at `{path}` would never be asked, because the scope `{taken}` before it takes its prefix; put \
                 it into that scope, or before it"
            ));
        }
    }

    /// The first mistake is the one to begin with.
    fn refuse(&mut self, remedy: String) {
        self.error.get_or_insert_with(|| ConfigError::new("routes", remedy));
    }

    pub(crate) fn finish(self) -> Result<Endpoints, ConfigError> {
        let Self { mut rows, error, .. } = self;
        let key =
            |endpoint: &Endpoint| (endpoint.path.clone(), endpoint.methods.clone(), endpoint.handler.clone());
        rows.sort_by_cached_key(key);
        error.map_or(Ok(Endpoints(rows)), Err)
    }
}

/// actix-web puts a slash before paths that have none.
fn with_slash(path: &str) -> String {
    if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// Whether a scope with this prefix is asked for everything at `path`.
fn takes(prefix: &str, path: &str) -> bool {
    let mut path = path.split('/').skip(1);
    prefix.split('/').skip(1).all(|segment| {
        let other = path.next();
        // A pattern of its own may take less; a parameter of the path may be more.
        let whole = segment.starts_with('{') && segment.ends_with('}') && !segment.contains(':');
        other.is_some_and(|other| whole || other == segment)
    })
}

/// The path with patterns in place of its parameters: `/{id}`, `/{order}` and `/{id:[^/]+}` match the same.
fn shape(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (parameter, behind) = split_parameter(after);
        let pattern = parameter.split_once(':').map_or("[^/]+", |(_, pattern)| pattern);
        shape = shape + before + "{" + pattern + "}";
        rest = behind;
    }
    shape + rest
}

/// What stands before the brace that closes a parameter, and what behind. A pattern may hold braces.
fn split_parameter(text: &str) -> (&str, &str) {
    let mut depth = 1_usize;
    for (position, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (text.get(..position).unwrap_or_default(), text.get(position + 1..).unwrap_or_default());
        }
    }
    (text, "")
}
