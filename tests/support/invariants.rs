//! The invariants, which hold for every answer to every request.

use http_auth::ChallengeRef;

use crate::wire::Response;

/// Asserts that an answer keeps to the invariants, except for the calls of handlers, which `Server::raw` looks after.
pub fn check(request: &[u8], response: &Response) {
    let request = String::from_utf8_lossy(request);
    let challenges = response.challenges().into_iter().map(parse).collect();
    let exchange = Exchange { request: &request, response, challenges };
    exchange.check_challenges();
    exchange.check_error_codes();
    exchange.check_that_nothing_is_echoed();
    exchange.check_alphabets();
    // Nothing from outside ends in a 500, unless the test says that the server is at fault.
    let may_fail = request.contains("\r\nx-expect: 500\r\n");
    assert!(response.status() != 500 || may_fail, "a 500{}", exchange.shown());
}

/// A request, its answer, and the challenges of the answer.
struct Exchange<'a> {
    request: &'a str,
    response: &'a Response,
    challenges: Vec<ChallengeRef<'a>>,
}

impl Exchange<'_> {
    /// Returns the exchange as a failure shows it.
    fn shown(&self) -> String {
        format!("\n{:.300}\n\n{:?}", self.request, self.response)
    }

    /// A 401 has a challenge, and every challenge has parameters, each one once.
    fn check_challenges(&self) {
        let is_missing = self.response.status() == 401 && self.challenges.is_empty();
        assert!(!is_missing, "a 401 without a challenge{}", self.shown());
        for challenge in &self.challenges {
            assert!(!challenge.params.is_empty(), "a challenge without parameters{}", self.shown());
            let mut names: Vec<_> =
                challenge.params.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
            names.sort();
            let count = names.len();
            names.dedup();
            assert_eq!(count, names.len(), "a parameter is there twice{}", self.shown());
        }
    }

    /// An error code belongs to the status. Without a credential there is no code, and no description of one.
    fn check_error_codes(&self) {
        for error in self.challenges.iter().filter_map(|challenge| parameter(challenge, "error")) {
            let expected = match error.as_str() {
                "invalid_request" => 400,
                "invalid_token" => 401,
                "insufficient_scope" => 403,
                other => panic!("`{other}` is no error code{}", self.shown()),
            };
            assert_eq!(self.response.status(), expected, "{error}{}", self.shown());
        }
        if !self.request.to_ascii_lowercase().contains("\nauthorization:") {
            let said = ["error", "error_description", "error_uri"]
                .iter()
                .any(|name| self.challenges.iter().any(|challenge| parameter(challenge, name).is_some()));
            assert!(!said, "an error without a credential{}", self.shown());
        }
    }

    /// Nothing of a credential comes back.
    fn check_that_nothing_is_echoed(&self) {
        let answer = format!("{:?} {}", self.response.fields, String::from_utf8_lossy(&self.response.body));
        for piece in pieces(self.request) {
            assert!(!answer.contains(&piece), "`{piece}` of the credential comes back{}", self.shown());
        }
    }

    /// Every field is printable ASCII, and the parameters of RFC 6750 keep to its alphabet.
    fn check_alphabets(&self) {
        for (name, value) in &self.response.fields {
            let legal = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            assert!(legal, "`{name}` is not ASCII{}", self.shown());
        }
        for challenge in &self.challenges {
            for name in ["error", "error_description", "scope"] {
                let value = parameter(challenge, name).unwrap_or_default();
                let legal = value.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E));
                assert!(legal, "`{name}` is outside its alphabet{}", self.shown());
                let misleads = value.contains("scope=") || value.contains("error=");
                assert!(!misleads, "`{name}` misleads parsers{}", self.shown());
            }
        }
    }
}

/// Asserts that an answer refuses the caller's token.
#[track_caller]
pub fn assert_refused(response: &Response, what: &str) {
    assert_eq!(response.status(), 401, "{what}");
    assert!(response.challenge().contains("error=\"invalid_token\""), "{what}: {}", response.challenge());
}

/// Asserts that an answer blames the service and says nothing against the caller's token.
#[track_caller]
pub fn assert_unavailable(response: &Response, what: &str) {
    assert_eq!(response.status(), 503, "{what}");
    assert!(response.field("retry-after").is_some(), "{what}");
    assert_eq!(response.challenges(), [""; 0], "{what}");
    assert!(!response.text().contains("invalid_token"), "{what}");
}

/// Parses one challenge with a parser that is not ours.
pub fn parse(line: &str) -> ChallengeRef<'_> {
    let mut challenges = http_auth::parse_challenges(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    assert_eq!(challenges.len(), 1, "{line}");
    challenges.remove(0)
}

/// Returns a parameter of a challenge, unescaped.
pub fn parameter(challenge: &ChallengeRef<'_>, name: &str) -> Option<String> {
    challenge
        .params
        .iter()
        .find(|(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.to_unescaped())
}

/// Returns pieces of the credentials in a request, of twelve letters each. A shorter piece is worth nothing.
fn pieces(request: &str) -> Vec<String> {
    let fields = request.lines().take_while(|line| !line.is_empty());
    let credentials = fields
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let words = credentials.flat_map(|(_, value)| value.split([' ', ',', '"', '=']));
    let letters: Vec<Vec<char>> = words.map(|word| word.chars().take(2_000).collect()).collect();
    letters.iter().flat_map(|word| word.windows(12).step_by(4).map(|piece| piece.iter().collect())).collect()
}
