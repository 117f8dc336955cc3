//! Cookies that are set, compared as browsers read them: by name, value and attributes (RFC 6265 §5.2).

use std::{collections::BTreeMap, mem};

use super::words::Words;

/// What varies in the cookies of answers about absent things, by the name of the cookie.
#[derive(Default)]
pub(super) struct Cookies(BTreeMap<Vec<u8>, Varies>);

#[derive(Default)]
struct Varies {
    presence: bool,
    value: bool,
    attributes: Words,
}

impl Cookies {
    /// Learns from the `Set-Cookie` lines of two answers, and returns whether there was anything new.
    pub(super) fn learn(&mut self, one: &[Vec<u8>], other: &[Vec<u8>]) -> bool {
        let mut is_new = false;
        for (name, [one, other]) in by_name(one, other) {
            let varies = self.0.entry(name.to_vec()).or_default();
            if one.len() != other.len() {
                is_new |= !mem::replace(&mut varies.presence, true);
                continue;
            }
            for (one, other) in one.iter().zip(&other) {
                is_new |= one.value != other.value && !mem::replace(&mut varies.value, true);
                is_new |= varies.attributes.learn(one.attributes, other.attributes);
            }
        }
        is_new
    }

    /// Returns whether two lists of `Set-Cookie` lines differ only in what varies. A cookie of another name is never
    /// excused, and neither is an empty value in place of another one, which logs a browser out.
    pub(super) fn excuse(&self, one: &[Vec<u8>], other: &[Vec<u8>]) -> bool {
        let in_order = |lines: &[Vec<u8>]| -> Vec<Vec<u8>> {
            let names = lines.iter().map(|line| Cookie::parse(line).name);
            names.filter(|name| !self.may_be_missing(name)).map(<[u8]>::to_vec).collect()
        };
        in_order(one) == in_order(other)
            && by_name(one, other).into_iter().all(|(name, [one, other])| {
                let Some(varies) = self.0.get(name) else { return false };
                if one.len() != other.len() {
                    return varies.presence;
                }
                one.iter().zip(&other).all(|(one, other)| {
                    let may_differ = varies.value && one.value.is_empty() == other.value.is_empty();
                    (one.value == other.value || may_differ)
                        && varies.attributes.excuse(one.attributes, other.attributes)
                })
            })
    }

    fn may_be_missing(&self, name: &[u8]) -> bool {
        self.0.get(name).is_some_and(|varies| varies.presence)
    }
}

/// A cookie of one `Set-Cookie` line.
struct Cookie<'line> {
    name: &'line [u8],
    value: &'line [u8],
    /// The attributes, with the semicolons in front of them.
    attributes: &'line [u8],
}

impl<'line> Cookie<'line> {
    /// Reads a line. A cookie without `=` has an empty name, as browsers read it.
    fn parse(line: &'line [u8]) -> Self {
        let end = |byte: u8, text: &[u8]| text.iter().position(|other| *other == byte);
        let (pair, attributes) =
            end(b';', line).and_then(|at| line.split_at_checked(at)).unwrap_or((line, b""));
        let (name, value) = end(b'=', pair).and_then(|at| pair.split_at_checked(at)).unwrap_or((b"", pair));
        let value = value.strip_prefix(b"=").unwrap_or(value);
        Self { name: name.trim_ascii(), value: value.trim_ascii(), attributes }
    }
}

/// Returns the cookies of two lists of lines by their names.
fn by_name<'lines>(
    one: &'lines [Vec<u8>],
    other: &'lines [Vec<u8>],
) -> BTreeMap<&'lines [u8], [Vec<Cookie<'lines>>; 2]> {
    let mut all = BTreeMap::<&[u8], [Vec<Cookie<'_>>; 2]>::new();
    for cookie in one.iter().map(|line| Cookie::parse(line)) {
        let [cookies, _] = all.entry(cookie.name).or_default();
        cookies.push(cookie);
    }
    for cookie in other.iter().map(|line| Cookie::parse(line)) {
        let [_, cookies] = all.entry(cookie.name).or_default();
        cookies.push(cookie);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::Cookies;

    fn lines(lines: &[&str]) -> Vec<Vec<u8>> {
        lines.iter().map(|line| line.as_bytes().to_vec()).collect()
    }

    fn learned(pairs: &[[&[&str]; 2]]) -> impl Fn(&[&str], &[&str]) -> bool + use<> {
        let mut cookies = Cookies::default();
        for [one, other] in pairs {
            assert!(cookies.learn(&lines(one), &lines(other)));
            assert!(!cookies.learn(&lines(one), &lines(other)));
        }
        move |one, other| cookies.excuse(&lines(one), &lines(other))
    }

    #[test]
    fn a_value_that_varies_excuses_no_other_name_and_no_attribute() {
        let excuses = learned(&[[&["id=a+b==; Path=/; HttpOnly"], &["id=\"c d\"; Path=/; HttpOnly"]]]);
        assert!(excuses(&["id=x,y; Path=/; HttpOnly"], &["id=z; Path=/; HttpOnly"]));
        for other in [
            "seen=z; Path=/; HttpOnly",
            "id=z; Path=/orders; HttpOnly",
            "id=z; Path=/",
            "id=z; Path=/; HttpOnly; Secure",
            "id=; Path=/; HttpOnly",
            "z; Path=/; HttpOnly",
        ] {
            assert!(!excuses(&["id=x; Path=/; HttpOnly"], &[other]), "{other}");
        }
        assert!(!excuses(&["id=x; Path=/; HttpOnly"], &[]));
    }

    #[test]
    fn a_value_that_stays_is_compared() {
        let excuses = learned(&[[&["id=1; Path=/", "theme=dark"], &["id=2; Path=/", "theme=dark"]]]);
        assert!(excuses(&["id=3; Path=/", "theme=dark"], &["id=4; Path=/", "theme=dark"]));
        assert!(!excuses(&["id=3; Path=/", "theme=light"], &["id=4; Path=/", "theme=dark"]));
        assert!(!excuses(&["theme=dark", "id=3; Path=/"], &["id=4; Path=/", "theme=dark"]), "the order");
        assert!(!excuses(&["id=3; Path=/", "theme=dark", "found=1"], &["id=4; Path=/", "theme=dark"]));
    }

    #[test]
    fn a_date_and_a_cookie_that_comes_now_and_then_may_vary() {
        let dated = |second: u8| format!("id=1; Expires=Wed, 21 Oct 2026 07:28:0{second} GMT");
        let (first, second, third) = (dated(1), dated(2), dated(3));
        let excuses = learned(&[[&[&first], &[&second]], [&["id=1"], &["id=1", "now=1"]]]);
        assert!(excuses(&[&third], &[&first]) && excuses(&["now=2", &third], &[&first]));
        assert!(!excuses(&["id=1; Max-Age=5"], &["id=1; Max-Age=6"]));
    }
}
