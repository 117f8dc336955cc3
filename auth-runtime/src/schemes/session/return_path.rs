//! The place on this service where a caller wants to be after a login.

use std::{convert::Infallible, fmt, str::FromStr};

use actix_web::{HttpMessage as _, HttpRequest, http::Method};
use serde::{Deserialize, Serialize};

/// A path of this service, with its query, to return to after a login. It never leads to another site: what is no path of
/// this service becomes `/`.
///
/// The text may stand in an attribute of an HTML page, in quotes, and in a `Location` field. It holds no quotes, no angle
/// brackets and no spaces.
///
/// # Example
/// ```
/// use auth_runtime::session::ReturnPath;
///
/// assert_eq!(ReturnPath::new("/orders?page=2").as_str(), "/orders?page=2");
/// for trap in ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"] {
///     assert_eq!(ReturnPath::new(trap).as_str(), "/");
/// }
/// ```
///
/// As a field of a form or a query it is never an error:
/// ```
/// use auth_runtime::session::ReturnPath;
///
/// #[derive(serde::Deserialize)]
/// struct Credentials {
///     name: String,
///     password: String,
///     #[serde(default)]
///     return_to: ReturnPath,
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct ReturnPath(String);

/// The longest text. Browsers and servers accept about as much.
const LIMIT: usize = 2_000;

impl ReturnPath {
    /// Takes the text if it is a path of this service, and `/` otherwise.
    pub fn new(text: impl AsRef<str>) -> Self {
        local(text.as_ref()).map_or_else(Self::default, Self)
    }

    /// Keeps the path on a request whose login may fail, so that [`of`](Self::of) returns it for the login page that is sent
    /// again.
    pub fn keep(&self, request: &HttpRequest) {
        request.extensions_mut().insert(self.clone());
    }

    /// Returns where the caller of `request` wanted to go: what was [kept](Self::keep) there, or else the path and the query
    /// of a GET. It is `/` for every other method, because a browser follows a redirect with GET.
    pub fn of(request: &HttpRequest) -> Self {
        if let Some(kept) = request.extensions().get::<Self>() {
            return kept.clone();
        }
        match (request.method(), request.uri().path_and_query()) {
            (&Method::GET, Some(target)) => Self::new(target.as_str()),
            _ => Self::default(),
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the text without the characters that mean something in HTML, if it is a path of this service.
///
/// A browser takes `//host` and `/\host` for addresses of another host, and drops tabs and line ends before it looks (the
/// URL standard, "basic URL parser").
fn local(text: &str) -> Option<String> {
    let path = text.split(['?', '#']).next()?;
    // A page that does not escape the text would turn `/&sol;host` into `//host`. A query needs its `&`.
    let is_local = path.starts_with('/') && !path.contains("//") && !path.contains('&');
    let is_visible = text.bytes().all(|byte| matches!(byte, b'!'..=b'~') && byte != b'\\');
    (is_local && is_visible && text.len() <= LIMIT).then(|| escape(text))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("%22"),
            '\'' => escaped.push_str("%27"),
            '<' => escaped.push_str("%3C"),
            '>' => escaped.push_str("%3E"),
            '`' => escaped.push_str("%60"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The start page, `/`.
impl Default for ReturnPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl fmt::Display for ReturnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for ReturnPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for ReturnPath {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::new(text))
    }
}

impl From<String> for ReturnPath {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<ReturnPath> for String {
    fn from(ReturnPath(path): ReturnPath) -> Self {
        path
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::ReturnPath;

    #[test]
    fn a_path_of_this_service_stays() {
        for path in ["/", "/me", "/orders/1?a=1&b=%2F/x", "/a?next=https://evil.example", "/a#//b", "/a:b@c"]
        {
            assert_eq!(ReturnPath::new(path).as_str(), path);
        }
    }

    #[test]
    fn nothing_leads_to_another_site() {
        let traps = [
            "",
            "me",
            "https://evil.example",
            "http:evil.example",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "\t//evil.example",
            "/\n/evil.example",
            "/ /evil.example",
            "/é",
            "/&sol;evil.example",
            "/&#47;evil.example",
            "/&Tab;/evil.example",
            "/&#x2f;evil.example",
            "/&bsol;evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "javascript:alert(1)",
            "?a",
            "/\0",
        ];
        for trap in traps {
            assert_eq!(ReturnPath::new(trap).as_str(), "/", "{trap:?}");
        }
        assert_eq!(ReturnPath::new(format!("/{}", "a".repeat(2_000))).as_str(), "/");
    }

    #[test]
    fn it_may_stand_in_an_attribute() {
        assert_eq!(ReturnPath::new(r#"/a?"><script>'`"#).as_str(), "/a?%22%3E%3Cscript%3E%27%60");
    }

    #[test]
    fn only_a_get_is_returned_to() {
        let of = |request: TestRequest| ReturnPath::of(&request.to_http_request());
        assert_eq!(of(TestRequest::with_uri("/me?a=1")).as_str(), "/me?a=1");
        assert_eq!(of(TestRequest::post().uri("/me")).as_str(), "/");
        assert_eq!(of(TestRequest::with_uri("https://evil.example//evil.example")).as_str(), "/");
    }
}
