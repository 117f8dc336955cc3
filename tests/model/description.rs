//! A case as data: an application and the requests that are sent to it. The generator makes cases, the shrinker makes
//! smaller ones, `application` builds the real thing, and `oracle` says what has to be answered.
//!
//! Every field may be left out, which the shrinker makes use of: what is left out is the default.

mod credentials;
mod handlers;

use serde::{Deserialize, Serialize};

pub(crate) use self::{credentials::*, handlers::*};

/// The issuers of tokens. Services trust some of the first two and never the last.
pub(crate) const ISSUERS: [&str; 3] =
    ["https://a.issuer.example", "https://b.issuer.example", "https://evil.example"];
/// The subject whose credentials are revoked, if an authorizer looks at revocations, and the second from which on.
pub(crate) const REVOKED: (&str, u64) = ("mallory", 500);
/// The subject whose sessions end everywhere, if an authorizer says when. Other credentials do not say when they began.
pub(crate) const LOGGED_OUT: &str = "alice";
/// The host of all services.
pub(crate) const HOST: &str = "orders.example";
/// How many seconds a session lives after its last use and after its login, and after how many a use is noted.
pub(crate) const IDLE: u64 = 300;
pub(crate) const ABSOLUTE: u64 = 690;
pub(crate) const NOTED_AFTER: u64 = 5;
/// The document that describes a service.
pub(crate) const METADATA: &str = "https://orders.example/.well-known/oauth-protected-resource";
/// The scopes and roles, each with the names that imply it where it is required by its enum.
pub(crate) const SCOPES: [(&str, &[&str]); 4] =
    [("read", &["write", "all"]), ("write", &["all"]), ("all", &[]), ("export", &[])];
pub(crate) const ROLES: [(&str, &[&str]); 3] = [("auditor", &["admin"]), ("admin", &[]), ("guest", &[])];
/// The documents of the store: the id, and what the store says about it.
pub(crate) const DOCUMENTS: [(u64, Stored); 8] = [
    (1, Stored::Document { owner: "alice", locked: false }),
    (2, Stored::Document { owner: "bob", locked: false }),
    (3, Stored::Document { owner: "alice", locked: true }),
    (4, Stored::Document { owner: "mallory", locked: false }),
    (5, Stored::Fails),
    (6, Stored::IsDown),
    (7, Stored::Denies),
    (8, Stored::Document { owner: "partner", locked: false }),
];
/// The teams of the store, each with its members.
pub(crate) const TEAMS: [(&str, &[&str]); 2] = [("red", &["alice", "partner"]), ("blue", &["bob", "alice"])];

/// What the store says about an id.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stored {
    Document {
        owner: &'static str,
        locked: bool,
    },
    Fails,
    IsDown,
    /// The store blames the caller, although the caller is known.
    Denies,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Case {
    pub(crate) application: Application,
    /// The requests, in their order, on one connection.
    pub(crate) requests: Vec<Request>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Application {
    /// The not-found page that all authorizers share; without one, the answer is actix-web's.
    pub(crate) page: Option<Page>,
    pub(crate) apis: Vec<Api>,
}

/// A not-found page.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Page {
    Text,
    Html,
}

impl Page {
    /// Returns the media type, the body and a field of the page.
    pub(crate) fn parts(self) -> (&'static str, &'static str, Option<(&'static str, &'static str)>) {
        match self {
            Self::Text => ("text/plain; charset=utf-8", "there is nothing here", None),
            Self::Html => ("text/html", "<p>there is nothing here</p>", Some(("x-page", "absent"))),
        }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Api {
    /// The `web::scope` that the `Api` configures; `None` for the application itself.
    pub(crate) scope: Option<String>,
    /// Whether a gate is wrapped around that scope.
    pub(crate) gate: bool,
    pub(crate) authorizer: Authorizer,
    pub(crate) nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(clippy::struct_excessive_bools, reason = "each one is a setting of its own")]
pub(crate) struct Authorizer {
    pub(crate) realm: Option<String>,
    pub(crate) schemes: Vec<Scheme>,
    pub(crate) challenge_scopes: bool,
    pub(crate) metadata: bool,
    /// Whether the credentials of [`REVOKED`] are refused.
    pub(crate) revokes: bool,
    /// The issuer that has logged [`LOGGED_OUT`] out everywhere, and when, in seconds since the beginning.
    pub(crate) logged_out: Option<(String, u64)>,
    pub(crate) without_token_cache: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Scheme {
    pub(crate) name: String,
    pub(crate) place: Place,
    /// Whether the credential is marked as ambient although its place does not say so.
    pub(crate) ambient: bool,
    pub(crate) unadvertised: bool,
    pub(crate) issuer: Option<String>,
    /// The origins of other pages that may send the credential with requests that change something.
    pub(crate) origins: Vec<String>,
    pub(crate) any_origin: bool,
    /// A further parameter of the challenge.
    pub(crate) parameter: Option<String>,
    pub(crate) proof: Proof,
}

/// Where the credential of a scheme stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    #[default]
    Authorization,
    Header(String),
    Cookie(String),
    Query(String),
    /// A header that a function of the application reads.
    Presented(String),
    /// What the connection proves, which here stands in a header.
    Connection(String),
}

/// Who says who a credential belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Proof {
    /// Tokens of these issuers, which may grant so much.
    Tokens(Vec<(String, Limits)>),
    /// A closure of the application.
    Accounts(Store),
    /// API keys, and beside them tokens of these issuers.
    Keys(Store, Vec<(String, Limits)>),
    /// Names and passwords.
    Passwords(Store),
    /// Sessions of this crate, whose users a closure looks up.
    Sessions(Store),
}

impl Default for Proof {
    fn default() -> Self {
        Self::Accounts(Store::default())
    }
}

/// Who is known to the application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Store {
    /// Whether the answers take a while.
    pub(crate) waits: bool,
    /// Whether keys and passwords are remembered.
    pub(crate) remembers: bool,
    pub(crate) accounts: Vec<Account>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Limits {
    /// Nothing is said about what the issuer may grant.
    #[default]
    Unsaid,
    Everything,
    Nothing,
    Only {
        #[serde(default)]
        scopes: Vec<String>,
        #[serde(default)]
        roles: Vec<String>,
    },
    Beginning {
        #[serde(default)]
        scopes: String,
        #[serde(default)]
        roles: String,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Account {
    /// The credential itself, or the name of the key or of the user.
    pub(crate) credential: String,
    pub(crate) answer: Known,
    /// When a key or a user ends, in seconds since the beginning.
    pub(crate) ends: Option<u64>,
}

/// What the application knows about a credential.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Known {
    /// The store cannot be asked.
    Down,
    /// The store's error is handed on by `?`.
    Unreadable,
    /// The credential is good, and its principal may do nothing. A key or a user is locked.
    Forbidden,
    #[default]
    Nobody,
    Principal(Grants),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Grants {
    pub(crate) issuer: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) tenant: Option<String>,
}

/// What is registered, in this order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Node {
    /// An annotated function of the catalogue.
    Route {
        path: String,
        method: String,
        handler: String,
    },
    /// A handler of the catalogue with its own route attribute.
    Service {
        handler: String,
    },
    /// Somebody else's service.
    Open {
        path: String,
    },
    Group(Group),
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Group {
    pub(crate) prefix: String,
    /// What callers have to meet, from the outermost requirement inwards; two at most.
    pub(crate) requires: Vec<(Tree, Hide)>,
    /// The group's own authorizer.
    pub(crate) authorizer: Option<Authorizer>,
    pub(crate) nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    #[default]
    Authenticated,
    Issuer(String),
    Role(String),
    Scheme(String),
    Scope(String),
    /// A variant of the enum of roles, which others imply.
    RoleOfEnum(String),
    /// A variant of the enum of scopes, which others imply.
    ScopeOfEnum(String),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Hide {
    #[default]
    Never,
    Unauthorized,
    Anonymous,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The `Authorization` fields.
    pub(crate) authorization: Vec<Field>,
    /// What stands elsewhere: the place, and the values there.
    pub(crate) elsewhere: Vec<(Place, Text)>,
    pub(crate) body: Body,
    /// The `Sec-Fetch-Site` and the `Origin` fields.
    pub(crate) site: Vec<String>,
    pub(crate) origin: Vec<String>,
    /// Whether the request wants to open a WebSocket.
    pub(crate) upgrade: bool,
    /// Whether the store of the sessions is away.
    pub(crate) away: bool,
    /// Seconds since the beginning.
    pub(crate) at: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Body {
    #[default]
    None,
    /// An item that costs so much.
    Item(u64),
    Malformed,
}

pub(crate) fn stored(id: &str) -> Option<Stored> {
    DOCUMENTS.iter().find(|(known, _)| known.to_string() == id).map(|(_, stored)| *stored)
}
