//! The matrix as text. Every form of text is made here.

use std::fmt;

use super::{
    matrix::{Matrix, MatrixRow},
    table::{code, markdown, one_line, write_aligned},
    verdict::Verdict,
};

/// The columns before those of the callers.
const HEADER: [&str; 2] = ["METHOD", "PATH"];

impl Matrix {
    /// Writes the matrix as a Markdown table, which says in full what a verdict depends on.
    pub fn to_markdown(&self) -> String {
        let callers = self.callers().iter().map(|name| code(name));
        let header: Vec<_> = HEADER.map(str::to_owned).into_iter().chain(callers).collect();
        let cells = |row: &MatrixRow| -> Vec<_> {
            let verdicts = row.verdicts.iter().map(|verdict| verdict.in_full(code));
            [code(&row.method()), code(&row.path)].into_iter().chain(verdicts).collect()
        };
        markdown(&header, self.rows().iter().map(cells)).concat()
    }

    /// Writes the matrix as an HTML table, which says in full what a verdict depends on. Each verdict has a class and a
    /// colour of its own. The table needs no style sheet, and every text in it is escaped.
    pub fn to_html(&self) -> String {
        let names = HEADER.into_iter().chain(self.callers().iter().map(String::as_str));
        let header: Vec<_> = names.map(|name| format!("<th scope=\"col\">{}</th>", escaped(name))).collect();
        let header = header.concat();
        let rows: String = self.rows().iter().map(MatrixRow::to_html).collect();
        format!("<table class=\"access-matrix\">\n<tr>{header}</tr>\n{rows}</table>\n")
    }
}

/// Writes the matrix as aligned text, with two spaces between the columns. Every cell is one word: white space in the name
/// of a caller or in a path is written as `_`.
impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header =
            HEADER.map(str::to_owned).into_iter().chain(self.callers().iter().map(|name| word(name)));
        let cells = |row: &MatrixRow| {
            let verdicts = row.verdicts.iter().map(Verdict::to_string);
            [word(&row.method()), word(&row.path)].into_iter().chain(verdicts).collect()
        };
        let rows: Vec<_> = std::iter::once(header.collect()).chain(self.rows().iter().map(cells)).collect();
        write_aligned(f, &rows)
    }
}

impl MatrixRow {
    /// Writes the methods as one word.
    fn method(&self) -> String {
        if self.methods.is_empty() { "*".to_owned() } else { self.methods.join(",") }
    }

    fn to_html(&self) -> String {
        let [method, path] = [&self.method(), &self.path].map(|text| code_in_html(text));
        let verdicts: String = self.verdicts.iter().map(Verdict::to_html).collect();
        format!("<tr><td>{method}</td><td>{path}</td>{verdicts}</tr>\n")
    }
}

impl Verdict {
    /// Writes the word, and behind it what the verdict depends on, in the form that `code` gives it.
    fn in_full(&self, code: impl Fn(&str) -> String) -> String {
        let all = |list: &[String]| list.iter().map(|text| code(text)).collect::<Vec<_>>().join(", ");
        match self {
            Self::Denied(list) => format!("{self} by {}", all(list)),
            Self::Depends(list) => format!("{self} on {}", all(list)),
            Self::Allowed | Self::Forbidden | Self::NotFound | Self::Unauthorized => self.to_string(),
        }
    }

    fn to_html(&self) -> String {
        let (class, colour) = match self {
            Self::Allowed => ("allowed", "#c8e6c9"),
            Self::Denied(_) => ("denied", "#ffcdd2"),
            Self::Depends(_) => ("depends", "#bbdefb"),
            Self::Forbidden => ("forbidden", "#ffcdd2"),
            Self::NotFound => ("not-found", "#e0e0e0"),
            Self::Unauthorized => ("unauthorized", "#fff9c4"),
        };
        let text = self.in_full(code_in_html);
        format!("<td class=\"{class}\" style=\"background: {colour}; color: #000\">{text}</td>")
    }
}

/// Makes one word of a text.
fn word(text: &str) -> String {
    let is_space = |character: char| character.is_whitespace() || character.is_control();
    match text.replace(is_space, "_") {
        empty if empty.is_empty() => "-".to_owned(),
        word => word,
    }
}

fn code_in_html(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// Escapes a text for HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in one_line(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}
