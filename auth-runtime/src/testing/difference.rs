//! The differences between two answers, and why each tells a hidden resource from an absent one.

use std::{cell::Cell, collections::BTreeSet, fmt::Write as _};

use serde_json::Value;

use super::{
    answer::Answer,
    varying::{Varying, is_limit},
};

/// How many kinds of difference a message lists.
const LISTED: usize = 10;

/// The outcome of one request.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The answer, or why there is none.
    pub(super) answer: Result<Answer, String>,
    /// The outcome of a second request on the same connection.
    pub(super) next: String,
    /// Whether one of the two requests took too long.
    pub(super) stuck: bool,
}

/// A difference between two answers.
pub(super) struct Difference {
    /// The kind of difference. Differences of the same kind are one leak.
    kind: String,
    what: String,
    why: &'static str,
    may_vary: bool,
}

impl Difference {
    /// Whether answers about absent things may differ in the same way.
    pub(super) fn may_vary(&self) -> bool {
        self.may_vary
    }
}

/// What is not compared.
#[derive(Clone, Debug)]
pub(super) struct Ignored {
    /// The names of fields, in lower case.
    pub(super) fields: BTreeSet<String>,
    /// The JSON pointers of values in bodies.
    pub(super) pointers: BTreeSet<String>,
}

/// Compares answers. Its texts show no part of a credential.
pub(super) struct Comparison<'a> {
    ignored: &'a Ignored,
    secrets: Vec<String>,
    /// Whether bodies were excused that have different lengths. Answers to HEAD state the lengths of such bodies.
    lengths_vary: Cell<bool>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(ignored: &'a Ignored, secrets: Vec<String>) -> Self {
        Self { ignored, secrets, lengths_vary: Cell::new(false) }
    }

    /// Learns what varies from two outcomes for absent things, and returns whether there was anything new.
    pub(super) fn learn(&self, varying: &mut Varying, one: &Outcome, other: &Outcome) -> bool {
        let (Ok(one), Ok(other)) = (&one.answer, &other.answer) else { return false };
        varying.learn(one, other, |answer| self.view(&answer.body))
    }

    pub(super) fn differences(
        &self,
        hidden: &Outcome,
        absent: &Outcome,
        varying: &Varying,
    ) -> Vec<Difference> {
        let mut found = Vec::new();
        match (&hidden.answer, &absent.answer) {
            (Ok(one), Ok(other)) => self.of_answers(one, other, varying, &mut found),
            (one, other) => {
                let tell = |answer: &Result<Answer, String>| {
                    vec![answer.as_ref().map_or_else(Clone::clone, |answer| answer.status_line.clone())]
                };
                found.extend(self.texts("the answer", [tell(one), tell(other)], STATUS));
            }
        }
        let next = [hidden, absent].map(|outcome| vec![outcome.next.clone()]);
        found.extend(self.texts("what follows on the connection", next, CONNECTION));
        found
    }

    fn of_answers(&self, hidden: &Answer, absent: &Answer, varying: &Varying, found: &mut Vec<Difference>) {
        let both = [hidden, absent];
        let has_equal_bodies = self.are_bodies_alike(hidden, absent, varying);
        let interim = both.map(|answer| answer.interim.clone());
        found.extend(self.texts("what comes before the answer", interim, CONNECTION));
        found.extend(self.texts("the status", both.map(|answer| vec![answer.status_line.clone()]), STATUS));
        let names: BTreeSet<_> = both.into_iter().flat_map(|answer| answer.fields.keys()).collect();
        for name in names.into_iter().filter(|name| !self.ignored.fields.contains(*name)) {
            let [one, other] =
                both.map(|answer| answer.fields.get(name).map(Vec::as_slice).unwrap_or_default());
            let is_length = name == "content-length" && has_equal_bodies && self.are_lengths_alike(both);
            if is_length || varying.excuses_field(name, one, other) {
                continue;
            }
            let texts = [one, other].map(|values| values.iter().map(|value| text(value)).collect());
            let kind = format!("the field `{name}`");
            let difference = self.texts(&kind, texts, field(name));
            found.extend(difference.map(|difference| Difference { kind, may_vary: true, ..difference }));
        }
        if !has_equal_bodies {
            found.push(self.bodies(&self.view(&hidden.body), &self.view(&absent.body)));
        }
    }

    /// Returns what of a body is compared: all of it, or JSON without the values that are ignored.
    fn view(&self, body: &[u8]) -> Vec<u8> {
        let pointers = &self.ignored.pointers;
        let json = (!pointers.is_empty()).then(|| serde_json::from_slice::<Value>(body).ok()).flatten();
        let Some(mut json) = json else { return body.to_vec() };
        for pointer in pointers {
            if let Some(value) = json.pointer_mut(pointer) {
                *value = Value::Null;
            }
        }
        json.to_string().into_bytes()
    }

    fn are_bodies_alike(&self, hidden: &Answer, absent: &Answer, varying: &Varying) -> bool {
        if hidden.body == absent.body {
            return true;
        }
        let encoded = [hidden, absent].iter().all(|answer| answer.fields.contains_key("content-encoding"));
        let [one, other] = [hidden, absent].map(|answer| self.view(&answer.body));
        let are_alike = one == other
            || varying.excuses_body(&one, &other, encoded)
            || (encoded && !self.ignored.pointers.is_empty());
        if are_alike && hidden.body.len() != absent.body.len() {
            self.lengths_vary.set(true);
        }
        are_alike
    }

    /// Returns whether the stated lengths are those of bodies that are alike, so that they give away nothing more.
    fn are_lengths_alike(&self, both: [&Answer; 2]) -> bool {
        let states_own =
            |answer: &Answer| answer.length().is_ok_and(|length| length == Some(answer.body.len()));
        both.iter().all(|answer| states_own(answer))
            || (self.lengths_vary.get() && both.iter().all(|answer| answer.body.is_empty()))
    }

    fn texts(&self, what: &str, [hidden, absent]: [Vec<String>; 2], why: &'static str) -> Option<Difference> {
        let shown = |texts: &[String]| match texts {
            [] => "nothing".to_owned(),
            texts => format!("`{}`", cut(&self.masked(&texts.join("` and `")))),
        };
        let what = format!("{what} is {} against {}", shown(&hidden), shown(&absent));
        (hidden != absent).then_some(Difference { kind: what.clone(), what, why, may_vary: false })
    }

    fn bodies(&self, hidden: &[u8], absent: &[u8]) -> Difference {
        let alike = hidden.iter().zip(absent).take_while(|(one, other)| one == other).count();
        let lengths =
            format!("of {} bytes against {} differs from byte {alike} on", hidden.len(), absent.len());
        // The whole body is masked before it is cut, so that the cut leaves no part of a credential.
        let [one, other] = [hidden, absent].map(|body| self.masked(&text(body)));
        let common = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
        let start = common.saturating_sub(20);
        let [one, other] = [one, other].map(|text| cut(&text.chars().skip(start).collect::<String>()));
        Difference {
            kind: "body".to_owned(),
            may_vary: true,
            what: format!("the body {lengths}: `{one}` against `{other}`"),
            why: "each body says who wrote it; answer both with `not_found` of the authorizer, and ask for two absent \
                  things if the answer repeats the path",
        }
    }

    fn masked(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }
}

/// The leaks that were found. Each kind has one example and the number of further ones.
#[derive(Default)]
pub(super) struct Leaks {
    pairs: usize,
    unequal: usize,
    kinds: Vec<(Difference, String, usize)>,
}

impl Leaks {
    pub(super) fn add(&mut self, pair: &str, differences: Vec<Difference>) {
        self.pairs += 1;
        self.unequal += usize::from(!differences.is_empty());
        for difference in differences {
            match self.kinds.iter_mut().find(|(known, ..)| known.kind == difference.kind) {
                Some((.., more)) => *more += 1,
                None => self.kinds.push((difference, pair.to_owned(), 0)),
            }
        }
    }

    pub(super) fn told(&self, hidden: &str, absent: &str) -> Result<(), String> {
        if self.kinds.is_empty() {
            return Ok(());
        }
        let mut text = format!(
            "`{hidden}`, which is hidden, can be told from `{absent}`, which is absent: {} of {} pairs of answers differ",
            self.unequal, self.pairs
        );
        for (difference, pair, more) in self.kinds.iter().take(LISTED) {
            let others = if *more == 0 { String::new() } else { format!(" (and {more} more)") };
            let Difference { what, why, .. } = difference;
            let _ = write!(text, "\n  {pair}{others}: {what}\n    {why}");
        }
        if let Some(rest @ 1..) = self.kinds.len().checked_sub(LISTED) {
            let _ = write!(text, "\n  and {rest} more kinds of difference");
        }
        Err(text)
    }
}

/// Returns bytes as text if they are UTF-8, and otherwise escaped, so that different bytes stay different.
fn text(bytes: &[u8]) -> String {
    str::from_utf8(bytes).map_or_else(|_| bytes.escape_ascii().to_string(), str::to_owned)
}

fn cut(text: &str) -> String {
    let short: String = text.chars().take(80).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

const STATUS: &str = "another stage answered: one that only one of them reaches";
const CONNECTION: &str = "the connection shows how much was read before the answer: by whom, or how late";

/// Returns why a difference in this field tells the two resources apart.
fn field(name: &str) -> &'static str {
    match name {
        "allow" => "methods are those of a resource that is there",
        "www-authenticate" | "proxy-authenticate" => "only what is there asks for a credential",
        "cache-control" | "expires" | "pragma" | "age" => {
            "how long an answer may be kept is said by whoever made it"
        }
        "vary" => "what an answer was chosen by is said by whoever chose it",
        "etag" | "last-modified" | "accept-ranges" | "content-range" => {
            "only what is there has a representation to compare with, or parts"
        }
        "set-cookie" => "whoever sets a cookie was reached by only one of them",
        "content-length" | "transfer-encoding" => "the length gives away another body",
        "content-type" | "content-encoding" | "content-language" => "the body was written by somebody else",
        "connection" | "keep-alive" | "upgrade" => CONNECTION,
        name if name.starts_with("access-control-") => {
            "a policy for other origins is that of a route that is there"
        }
        name if is_limit(name) => {
            "a limit that counts only one of them tells which; one that counts every request is to be ignored with `Parity`"
        }
        _ => "whoever adds it tells them apart; if it has to do with neither of them, let `Parity` ignore it",
    }
}
