//! The time for which a document may be used without asking again (RFC 9111 §4.2).

use std::time::Duration;

use reqwest::header::{AGE, CACHE_CONTROL, DATE, EXPIRES, HeaderMap, HeaderName};

/// Returns for how long the document is fresh; `None` if it does not say so.
pub(super) fn lifetime(headers: &HeaderMap) -> Option<Duration> {
    let directives: Vec<_> = headers
        .get_all(CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase())
        .collect();
    if directives.iter().any(|directive| directive == "no-store" || directive == "no-cache") {
        return Some(Duration::ZERO);
    }
    let seconds = |text: &str| text.trim().trim_matches('"').parse().ok().map(Duration::from_secs);
    if let Some(max_age) = directives.iter().find_map(|directive| directive.strip_prefix("max-age=")) {
        let age = text(headers, &AGE).and_then(seconds).unwrap_or_default();
        return seconds(max_age).map(|max_age| max_age.saturating_sub(age));
    }
    // RFC 9111 §5.3: an `Expires` that is not a date counts as past.
    let expires = text(headers, &EXPIRES)?;
    let date = text(headers, &DATE).and_then(|date| httpdate::parse_http_date(date).ok())?;
    let expires = httpdate::parse_http_date(expires).unwrap_or(date);
    Some(expires.duration_since(date).unwrap_or_default())
}

fn text<'headers>(headers: &'headers HeaderMap, name: &HeaderName) -> Option<&'headers str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::lifetime;

    fn of(fields: &[(&'static str, &'static str)]) -> Option<u64> {
        let field = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        lifetime(&fields.iter().map(field).collect::<HeaderMap>()).as_ref().map(Duration::as_secs)
    }

    #[test]
    fn cache_control_comes_before_expires() {
        const DATE: (&str, &str) = ("date", "Fri, 20 Nov 2026 10:00:00 GMT");
        const EXPIRES: (&str, &str) = ("expires", "Fri, 20 Nov 2026 11:00:00 GMT");

        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("cache-control", "public, Max-Age=300")]), Some(300));
        assert_eq!(of(&[("cache-control", "max-age=300"), ("age", "100"), DATE, EXPIRES]), Some(200));
        assert_eq!(of(&[("cache-control", "max-age=300, no-cache")]), Some(0));
        assert_eq!(of(&[("cache-control", "no-store")]), Some(0));
        assert_eq!(of(&[("cache-control", "max-age=soon")]), None);
        assert_eq!(of(&[("cache-control", "public"), DATE, EXPIRES]), Some(3600));
        assert_eq!(of(&[DATE, ("expires", "0")]), Some(0));
        assert_eq!(of(&[EXPIRES]), None);
    }
}
