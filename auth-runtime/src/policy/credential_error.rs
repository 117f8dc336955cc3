//! The reasons to refuse a credential: it breaks its grammar, or it proves nothing.

use std::fmt;

/// How the credential of a request breaks its grammar. The answer is 400 `invalid_request` (RFC 6750 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MalformedCredential {
    /// The scheme's own field, cookie or parameter is repeated, or holds other characters than printable ASCII.
    Field,
    /// The `Authorization` field joins several credentials with commas (RFC 9110 §11.6.2).
    Joined,
    /// The `Authorization` field is present more than once (RFC 9110 §5.3).
    Repeated,
    /// The `Authorization` field does not begin with a scheme name that is followed by spaces (RFC 9110 §11.4).
    Scheme,
    /// The request presents more than one explicit credential, such as a bearer token and an API key.
    Several,
    /// What follows the scheme in `Authorization` is missing, or not in the scheme's alphabet.
    Value,
}

impl fmt::Display for MalformedCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Field => {
                "the scheme's own field is repeated or holds other characters than printable ASCII"
            }
            Self::Joined => "`authorization` joins several credentials",
            Self::Repeated => "`authorization` is repeated",
            Self::Scheme => "`authorization` does not begin with a scheme and a space",
            Self::Several => "the request presents several credentials",
            Self::Value => "what follows the scheme in `authorization` is missing or outside its alphabet",
        })
    }
}

/// Why a well-formed credential was refused. The answer is 401.
///
/// The reason is for logs. The caller does not learn it: the 401 is the same for every reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidCredential {
    /// The token's algorithm is not one of the accepted ones (RFC 8725 §3.1).
    Algorithm,
    /// `aud` does not name this service (RFC 7519 §4.1.3).
    Audience,
    /// The token is bound to a key, and the caller did not prove to hold that key (RFC 9449 §7.2, RFC 8705 §3).
    Binding,
    /// `crit` or `b64` asks for an extension that is not supported (RFC 7515 §4.1.11).
    Critical,
    /// A claim or header parameter appears twice in the token (RFC 7519 §4).
    Duplicate,
    /// `exp` has passed (RFC 7519 §4.1.4).
    Expired {
        /// How many seconds have passed since `exp`, by this service's clock.
        seconds_ago: u64,
    },
    /// The issuer says that the token is not active: revoked, expired or unknown (RFC 7662 §2.2).
    Inactive,
    /// `iss` is not the expected issuer (RFC 7519 §4.1.1).
    Issuer,
    /// No key fits the token's `kid` and algorithm.
    Key,
    /// The token is not JSON in three base64url parts, or a claim has the wrong type.
    Malformed,
    /// A required claim is missing.
    MissingClaim(&'static str),
    /// `nbf` has not come yet (RFC 7519 §4.1.5).
    NotYetValid {
        /// How many seconds are left until `nbf`, by this service's clock.
        seconds_left: u64,
    },
    /// The authenticator refused the credential for a reason of its own.
    Refused(&'static str),
    /// The credential was revoked.
    Revoked,
    /// The signature does not fit the token.
    Signature,
    /// The credential is longer than this service accepts.
    TooLong,
    /// The token is of another kind than an access token, such as an ID token (RFC 8725 §3.11, §3.12).
    Type,
}

impl fmt::Display for InvalidCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Algorithm => "its algorithm is not accepted",
            Self::Audience => "it is meant for another audience",
            Self::Binding => "it is bound to a key that was not proven",
            Self::Critical => "it demands an extension that is not supported",
            Self::Duplicate => "a name stands in it twice",
            Self::Expired { seconds_ago } => return write!(f, "it expired {seconds_ago} s ago"),
            Self::Inactive => "its issuer says that it is not active",
            Self::Issuer => "it is of another issuer",
            Self::Key => "no configured key fits it",
            Self::Malformed => "it cannot be parsed",
            Self::MissingClaim(claim) => return write!(f, "it lacks the claim `{claim}`"),
            Self::NotYetValid { seconds_left } => return write!(f, "it becomes valid in {seconds_left} s"),
            Self::Refused(reason) => reason,
            Self::Revoked => "it was revoked",
            Self::Signature => "its signature does not fit",
            Self::TooLong => "it is too long",
            Self::Type => "it is of another kind than an access token",
        })
    }
}
