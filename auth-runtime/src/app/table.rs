//! The access table as text. Every form of text is made here.

use std::{fmt, panic::Location};

use serde::{Serialize, Serializer};

use super::{
    denied_callers::DeniedCallers,
    endpoints::{AccessedResource, Endpoint, Endpoints},
};
use crate::policy::requirement::Requirement;

/// The columns of the table.
const HEADER: [&str; 8] = ["METHOD", "PATH", "ACCESS", "401", "403", "404", "AUTHORIZER", "HANDLER"];
/// What stands behind a path if others answer some of its paths.
const PARTLY: &str = " (partly)";
/// How many of them the text names.
const MOST_NAMES: usize = 3;

impl Endpoints {
    /// Writes the table as indented JSON.
    pub fn to_json(&self) -> String {
        // The table holds only strings and numbers, so writing it cannot fail.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Writes the table as Markdown.
    pub fn to_markdown(&self) -> String {
        let rows = self.iter().map(|endpoint| cells(endpoint).map(|cell| code(&cell)));
        let notes = self.notes().into_iter().map(|note| format!("\n{note}\n"));
        markdown(&HEADER, rows).into_iter().chain(notes).collect()
    }

    /// Returns a line for every row whose paths are not all its own.
    fn notes(&self) -> Vec<String> {
        let partly = self.iter().filter(|endpoint| !endpoint.partly_answered_by.is_empty());
        let notes = partly.map(|endpoint| {
            let [methods, _, .., handler] = cells(endpoint);
            let names = &endpoint.partly_answered_by;
            let mut shown: Vec<_> = names.iter().take(MOST_NAMES).map(|name| quoted(name)).collect();
            if names.len() > MOST_NAMES {
                shown.push(format!("{} more", names.len() - MOST_NAMES));
            }
            let (route, handler) = (quoted(&format!("{methods} {}", endpoint.path)), quoted(&handler));
            format!("partly: {route} of {handler}: some paths are answered first by {}", shown.join(", "))
        });
        notes.collect()
    }
}

/// Writes the table as aligned text.
impl fmt::Display for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = std::iter::once(HEADER.map(str::to_owned)).chain(self.iter().map(cells));
        write_aligned(f, &rows.map(Vec::from).collect::<Vec<_>>())?;
        self.notes().iter().try_for_each(|note| writeln!(f, "{note}"))
    }
}

/// Writes rows of cells, with two spaces between the columns.
pub(super) fn write_aligned(f: &mut fmt::Formatter<'_>, rows: &[Vec<String>]) -> fmt::Result {
    let mut widths = vec![0; rows.iter().map(Vec::len).max().unwrap_or_default()];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for row in rows {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        writeln!(f, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

/// Writes the lines of a Markdown table. The cells are Markdown already.
pub(super) fn markdown<Row: AsRef<[String]>>(
    header: &[impl AsRef<str>],
    rows: impl Iterator<Item = Row>,
) -> Vec<String> {
    let names: Vec<_> = header.iter().map(AsRef::as_ref).collect();
    let head = [format!("| {} |\n", names.join(" | ")), format!("|{}\n", "---|".repeat(names.len()))];
    head.into_iter().chain(rows.map(|row| format!("| {} |\n", row.as_ref().join(" | ")))).collect()
}

/// Writes a text as code in a cell of a Markdown table. A bar or a backtick would end its cell, so both are replaced.
pub(super) fn code(text: &str) -> String {
    match one_line(text).replace('|', r"\|").replace('`', "'") {
        empty if empty.is_empty() => empty,
        text => format!("`{text}`"),
    }
}

/// Returns the cells of a row, one line each. Line numbers are left out, because every edit changes them.
fn cells(endpoint: &Endpoint) -> [String; HEADER.len()] {
    let methods = if endpoint.methods.is_empty() { "*".to_owned() } else { endpoint.methods.join(" ") };
    let [unauthorized, forbidden, not_found] = endpoint.denied().cells(endpoint);
    let partly = if endpoint.partly_answered_by.is_empty() { "" } else { PARTLY };
    let path = format!("{}{partly}", endpoint.path);
    let authorizer = endpoint.authorizer.clone().unwrap_or_default();
    [
        &methods,
        &path,
        &access(endpoint),
        &unauthorized,
        &forbidden,
        &not_found,
        &authorizer,
        &endpoint.handler,
    ]
    .map(|cell| one_line(cell))
}

/// Puts a text between backticks.
fn quoted(text: &str) -> String {
    format!("`{}`", one_line(text).replace('`', "'"))
}

pub(super) fn one_line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

/// Returns the cell that says what is required.
fn access(endpoint: &Endpoint) -> String {
    let public = endpoint.public_reason().map(|reason| format!("public: {reason}"));
    let rule = endpoint.rule.map(|rule| format!("when {rule}"));
    // A resource or a rule already says that the caller is authenticated.
    let says_more = !endpoint.resources.is_empty() || rule.is_some();
    let requirements = endpoint.requirements();
    let is_said = says_more && requirements == [Requirement::authenticated()];
    let required = required(&requirements).filter(|_| !is_said);
    let resources = endpoint.resources.iter().map(AccessedResource::to_string);
    public.into_iter().chain(required).chain(resources).chain(rule).collect::<Vec<_>>().join("; ")
}

/// Writes requirements that all have to be met, as in an attribute; `None` if there are none.
fn required(requirements: &[Requirement]) -> Option<String> {
    match requirements {
        [] => None,
        [only] => Some(only.to_string()),
        all => {
            let all: Vec<_> = all.iter().map(Requirement::to_string).collect();
            Some(format!("all({})", all.join(", ")))
        }
    }
}

/// Writes `Cancel(Order)`, followed by what the action requires.
impl fmt::Display for AccessedResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        if self.requirement == Requirement::authenticated() {
            return Ok(());
        }
        write!(f, " with {}", self.requirement)
    }
}

/// Serializes the row as an object of texts.
impl Serialize for Endpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Row<'row> {
            path: &'row str,
            methods: &'row [String],
            requirement: Option<String>,
            access: Vec<String>,
            when: Option<&'row str>,
            denied: DeniedCallers,
            public: Option<&'row str>,
            authorizer: Option<&'row str>,
            handler: &'row str,
            file: Option<&'row str>,
            line: Option<u32>,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            partly_answered_by: &'row [String],
        }

        Row {
            path: &self.path,
            methods: &self.methods,
            requirement: required(&self.requirements()),
            access: self.resources.iter().map(AccessedResource::to_string).collect(),
            when: self.rule,
            denied: self.denied(),
            public: self.public_reason(),
            authorizer: self.authorizer.as_deref(),
            handler: &self.handler,
            file: self.location.map(Location::file),
            line: self.location.map(Location::line),
            partly_answered_by: &self.partly_answered_by,
        }
        .serialize(serializer)
    }
}
