//! The invariants, which hold for every answer to every request.

use http_auth::ChallengeRef;

use crate::wire::Response;

/// Asserts that an answer keeps to the invariants.
pub fn check(request: &[u8], response: &Response) {
    let request = String::from_utf8_lossy(request);
    let context = || format!("\n{request:.300}\n\n{response:?}");
    let status = response.status();

    // A 401 has a challenge, and every challenge parses.
    assert!(status != 401 || !response.challenges().is_empty(), "a 401 without a challenge{}", context());
    let challenges: Vec<_> = response.challenges().into_iter().map(parse).collect();
    for challenge in &challenges {
        assert!(!challenge.params.is_empty(), "a challenge without parameters{}", context());
        let mut names: Vec<_> = challenge.params.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.sort();
        let count = names.len();
        names.dedup();
        assert_eq!(count, names.len(), "a parameter is there twice{}", context());
    }

    // 2. The error code belongs to the status.
    let errors: Vec<_> = challenges.iter().filter_map(|challenge| parameter(challenge, "error")).collect();
    for error in &errors {
        let expected = match error.as_str() {
            "invalid_request" => 400,
            "invalid_token" => 401,
            "insufficient_scope" => 403,
            other => panic!("`{other}` is no error code{}", context()),
        };
        assert_eq!(status, expected, "{error}{}", context());
    }

    // 3. Without a credential there is no error code, and no description of one.
    if !request.to_ascii_lowercase().contains("\nauthorization:") {
        let said = ["error", "error_description", "error_uri"]
            .iter()
            .any(|name| challenges.iter().any(|challenge| parameter(challenge, name).is_some()));
        assert!(!said, "an error without a credential{}", context());
    }

    // 4. Nothing of a credential comes back, and every value keeps to RFC 6750's alphabet.
    let answer = format!("{:?} {}", response.fields, String::from_utf8_lossy(&response.body));
    for piece in pieces(&request) {
        assert!(!answer.contains(&piece), "`{piece}` of the credential comes back{}", context());
    }
    for (name, value) in &response.fields {
        assert!(value.bytes().all(|byte| matches!(byte, b' '..=b'~')), "`{name}` is not ASCII{}", context());
    }
    for challenge in &challenges {
        for name in ["error", "error_description", "scope"] {
            let value = parameter(challenge, name).unwrap_or_default();
            let legal = value.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E));
            assert!(legal, "`{name}` is outside its alphabet{}", context());
            assert!(
                !value.contains("scope=") && !value.contains("error="),
                "`{name}` misleads parsers{}",
                context()
            );
        }
    }

    // 5. `Server::raw` looks after the calls of handlers.
    // 6. Nothing from outside ends in a 500, unless the test says that the server is at fault.
    assert!(status != 500 || request.contains("\r\nx-expect: 500\r\n"), "a 500{}", context());
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
