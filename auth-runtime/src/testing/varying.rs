//! What is another one in each answer anyway, such as a request id, learned from answers about what is absent.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use super::{answer::Answer, cookies::Cookies, words::Words};

const SET_COOKIE: &str = "set-cookie";

/// The parts in which answers about absent things differ.
#[derive(Default)]
pub(super) struct Varying {
    fields: BTreeMap<String, Words>,
    cookies: Cookies,
    body: Words,
}

impl Varying {
    /// Learns from two answers about absent things, and returns whether there was anything new. `view` returns what of a
    /// body is compared.
    pub(super) fn learn(&mut self, one: &Answer, other: &Answer, view: impl Fn(&Answer) -> Vec<u8>) -> bool {
        let mut is_new = false;
        let both = [one, other];
        let names: BTreeSet<_> = both.into_iter().flat_map(|answer| answer.fields.keys()).collect();
        // A limit that counts the requests for one of two resources only is a leak, and varies all the same.
        for name in names.into_iter().filter(|name| !is_limit(name)) {
            let [one, other] = both.map(|answer| answer.fields.get(name));
            if name == SET_COOKIE {
                let [one, other] = [one, other].map(|lines| lines.map_or(&[][..], Vec::as_slice));
                is_new |= self.cookies.learn(one, other);
                continue;
            }
            let words = self.fields.entry(name.clone()).or_default();
            match (one, other) {
                (Some(one), Some(other)) if one.len() == other.len() => {
                    is_new |= words.learn(&lines(one), &lines(other));
                }
                _ => is_new |= !mem::replace(&mut words.all, true),
            }
        }
        self.body.learn(&view(one), &view(other)) || is_new
    }

    /// Returns whether two lists of values of a field differ only in what varies.
    pub(super) fn excuses_field(&self, name: &str, one: &[Vec<u8>], other: &[Vec<u8>]) -> bool {
        if name == SET_COOKIE {
            return self.cookies.excuse(one, other);
        }
        let Some(words) = self.fields.get(name) else { return false };
        words.all || (one.len() == other.len() && words.excuse(&lines(one), &lines(other)))
    }

    /// Returns whether two bodies differ only in what varies. The words of an encoded body cannot be seen.
    pub(super) fn excuses_body(&self, one: &[u8], other: &[u8], encoded: bool) -> bool {
        if encoded { self.body.all || !self.body.places.is_empty() } else { self.body.excuse(one, other) }
    }
}

/// Returns whether a field counts requests.
pub(super) fn is_limit(name: &str) -> bool {
    name.contains("ratelimit") || name.contains("rate-limit") || name == "retry-after"
}

fn lines(values: &[Vec<u8>]) -> Vec<u8> {
    values.join(&b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(fields: &[(&str, &str)], body: &str) -> Answer {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), vec![value.as_bytes().to_vec()]));
        Answer {
            interim: Vec::new(),
            status: 404,
            status_line: String::new(),
            fields: fields.collect(),
            body: body.into(),
        }
    }

    fn learned(one: &Answer, other: &Answer) -> Varying {
        let mut varying = Varying::default();
        varying.learn(one, other, |answer| answer.body.clone());
        varying
    }

    #[test]
    fn only_the_words_that_vary_are_excused() {
        let body = |id: &str, who: &str| format!("{{\"id\":\"{id}\",\"title\":\"{who}\"}}");
        let varying = learned(&answer(&[], &body("a/b+c==", "nothing")), &answer(&[], &body("d", "nothing")));
        let excuses = |one: &str, other: &str| varying.excuses_body(one.as_bytes(), other.as_bytes(), false);
        assert!(excuses(&body("1-2", "nothing"), &body("xyz", "nothing")));
        assert!(!excuses(&body("1-2", "nobody"), &body("xyz", "nothing")));
        assert!(!excuses(&body("1,2", "nothing"), &body("xyz", "nothing")));
        assert!(!excuses("{}", &body("xyz", "nothing")));
    }

    #[test]
    fn a_body_that_is_built_differently_each_time_is_not_excused() {
        let varying = learned(&answer(&[], "a b"), &answer(&[], "a"));
        assert!(!varying.excuses_body(b"b", b"c", false));
        // An encoded body was compared without its encoding.
        assert!(varying.excuses_body(b"b", b"c", true));
        assert!(!learned(&answer(&[], "a"), &answer(&[], "a")).excuses_body(b"b", b"c", true));
    }

    #[test]
    fn fields_vary_by_word_and_by_presence_and_limits_never() {
        let cookie = |id: &str| format!("id={id}; Path=/");
        let (first, second) = (cookie("1"), cookie("2"));
        let varying = learned(
            &answer(&[("set-cookie", &first), ("x-now-and-then", "1"), ("x-ratelimit-remaining", "9")], ""),
            &answer(&[("set-cookie", &second), ("x-ratelimit-remaining", "8")], ""),
        );
        let excuses = |name: &str, one: &str, other: &str| {
            varying.excuses_field(name, &[one.as_bytes().to_vec()], &[other.as_bytes().to_vec()])
        };
        assert!(excuses("set-cookie", &cookie("3"), &cookie("4")));
        assert!(!excuses("set-cookie", "id=3; Path=/orders", &cookie("4")));
        assert!(
            excuses("x-now-and-then", "1", "2") && varying.excuses_field("x-now-and-then", &[], &[vec![]])
        );
        assert!(!excuses("x-ratelimit-remaining", "7", "6"));
        assert!(!excuses("x-unseen", "1", "2"));
    }
}
