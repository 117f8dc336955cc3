//! The cookie of a session: the key of what is stored, and when the session was used last, encrypted.

use actix_web::{
    cookie::{Cookie, CookieJar, Key, SameSite, time},
    http::header::HeaderValue,
};

/// What browsers accept at least (RFC 6265 §6.1). They drop a longer cookie without a word.
const LIMIT: usize = 4_096;

/// The settings of the cookie.
#[derive(Clone)]
pub(crate) struct CookieSettings {
    pub(crate) name: String,
    pub(crate) key: Key,
    pub(crate) is_secure: bool,
    pub(crate) is_persistent: bool,
    pub(crate) same_site: SameSite,
}

/// What a cookie says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    /// When the session was used last, in seconds since 1970.
    pub(crate) seen: u64,
    /// The key of what is stored.
    pub(crate) key: String,
}

impl CookieSettings {
    /// Reads a cookie; `None` if this service did not write it like that.
    pub(crate) fn open(&self, value: &str) -> Option<Content> {
        // Some clients escape the value, which is base64, and browsers do not.
        let unescaped = Cookie::parse_encoded(format!("value={value}")).ok()?;
        let sealed = Cookie::new(self.name.clone(), unescaped.value().to_owned());
        let cookie = CookieJar::new().private(&self.key).decrypt(sealed)?;
        let (seen, key) = cookie.value().split_once('.')?;
        Some(Content { seen: seen.parse().ok()?, key: key.to_owned() })
    }

    /// Writes the `Set-Cookie` field of a session, which lives for `idle` seconds after its last use.
    ///
    /// # Errors
    /// The text says that no browser would keep the cookie.
    pub(crate) fn seal(&self, content: &Content, idle: u64) -> Result<HeaderValue, &'static str> {
        let mut jar = CookieJar::new();
        let Content { seen, key } = content;
        jar.private_mut(&self.key).add(self.cookie(format!("{seen}.{key}")));
        let Some(mut cookie) = jar.get(&self.name).cloned() else { return Err(UNWRITABLE) };
        if self.is_persistent {
            cookie.set_max_age(time::Duration::seconds(i64::try_from(idle).unwrap_or(i64::MAX)));
        }
        let text = cookie.to_string();
        if text.len() > LIMIT { Err(TOO_LARGE) } else { HeaderValue::try_from(text).map_err(|_| UNWRITABLE) }
    }

    /// Writes the `Set-Cookie` field that removes the cookie.
    pub(crate) fn remove(&self) -> Option<HeaderValue> {
        let mut cookie = self.cookie(String::new());
        cookie.make_removal();
        HeaderValue::try_from(cookie.to_string()).ok()
    }

    fn cookie(&self, value: String) -> Cookie<'static> {
        Cookie::build(self.name.clone(), value)
            .path("/")
            .secure(self.is_secure)
            .http_only(true)
            .same_site(self.same_site)
            .finish()
    }
}

const TOO_LARGE: &str =
    "the session does not fit into a cookie; keep less in it, or choose a store on the server";
const UNWRITABLE: &str = "the cookie of the session cannot be written";

#[cfg(test)]
mod tests {
    use actix_web::cookie::{Key, SameSite};

    use super::{Content, CookieSettings, TOO_LARGE};

    fn settings() -> CookieSettings {
        CookieSettings {
            name: "id".to_owned(),
            key: Key::from(&[7; 64]),
            is_secure: true,
            is_persistent: false,
            same_site: SameSite::Lax,
        }
    }

    fn value(text: &str) -> &str {
        text.split(';').next().and_then(|pair| pair.strip_prefix("id=")).unwrap_or_default()
    }

    #[test]
    fn a_cookie_is_read_as_it_was_written() {
        let content = Content { seen: 1_700_000_000, key: r#"{"a":"b.c;d"}"#.to_owned() };
        let header = settings().seal(&content, 60);
        let text = header.as_ref().ok().and_then(|header| header.to_str().ok()).unwrap_or_default();
        assert_eq!(settings().open(value(text)), Some(content));
        assert!(text.ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/"), "{text}");
        let other = CookieSettings { key: Key::from(&[8; 64]), ..settings() };
        assert_eq!(other.open(value(text)), None);
        let renamed = CookieSettings { name: "other".to_owned(), ..settings() };
        assert_eq!(renamed.open(value(text)), None, "the name is part of the seal");
    }

    #[test]
    fn a_client_may_escape_the_value() {
        let content = Content { seen: 1_700_000_000, key: "a key".to_owned() };
        for _ in 0..50 {
            let header = settings().seal(&content, 60);
            let text = header.as_ref().ok().and_then(|header| header.to_str().ok()).unwrap_or_default();
            let escaped = value(text).replace('+', "%2B").replace('/', "%2f").replace('=', "%3D");
            assert_eq!(settings().open(&escaped), Some(content.clone()), "{escaped}");
        }
    }

    #[test]
    fn a_cookie_that_no_browser_would_keep_is_an_error() {
        let content = Content { seen: 1, key: "a".repeat(3_500) };
        assert_eq!(settings().seal(&content, 60), Err(TOO_LARGE));
    }
}
