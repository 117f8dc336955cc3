//! Properties of random requirements, principals, configurations, header fields and routes.
#![forbid(unsafe_code)]
#![allow(missing_docs, reason = "tests are documented by their names")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod matrix;
mod routing;

use actix_web::{
    FromRequest as _, ResponseError as _,
    http::header::{AUTHORIZATION, HeaderValue},
    test::TestRequest,
};
use auth_runtime::{
    Authorizer, Credential, Decision, Denial, Denied, Principal, PrincipalId, Refusal, Requirement, Scheme,
};
use auth_tests::{
    Issuer,
    invariants::{parameter, parse},
};
use proptest::prelude::*;

const SCOPES: [&str; 4] = ["a", "b", "c", "d"];
const ROLES: [&str; 3] = ["r", "s", "t"];
const ISSUERS: [&str; 2] = ["https://a.example", "https://b.example"];
const SCHEMES: [&str; 2] = ["Bearer", "Session"];

/// A requirement's tree, whose meaning is defined here a second time.
#[derive(Clone, Debug)]
enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Authenticated,
    Issuer(usize),
    Role(usize),
    Scheme(usize),
    Scope(usize),
}

/// What a caller holds.
#[derive(Clone, Debug)]
struct Held {
    scopes: [bool; 4],
    roles: [bool; 3],
    issuer: Option<usize>,
    scheme: Option<usize>,
}

fn held() -> impl Strategy<Value = Held> {
    let (scopes, roles) = (prop::array::uniform4(any::<bool>()), prop::array::uniform3(any::<bool>()));
    let (issuer, scheme) = (prop::option::of(0..ISSUERS.len()), prop::option::of(0..SCHEMES.len()));
    (scopes, roles, issuer, scheme).prop_map(|(scopes, roles, issuer, scheme)| Held {
        scopes,
        roles,
        issuer,
        scheme,
    })
}

impl Tree {
    fn holds(&self, held: &Held) -> bool {
        match self {
            // The expression follows De Morgan and not the runtime, so that both do not share a mistake.
            Self::All(list) => !list.iter().any(|tree| !tree.holds(held)),
            Self::Any(list) => !list.iter().all(|tree| !tree.holds(held)),
            Self::Authenticated => true,
            Self::Issuer(issuer) => held.issuer == Some(*issuer),
            Self::Role(role) => held.roles[*role],
            Self::Scheme(scheme) => held.scheme == Some(*scheme),
            Self::Scope(scope) => held.scopes[*scope],
        }
    }

    /// Makes the requirement of this tree. Requirements are constants, so the tree is leaked.
    fn requirement(&self) -> Requirement {
        let list = |list: &[Self]| -> &'static [Requirement] {
            Box::leak(list.iter().map(Self::requirement).collect::<Vec<_>>().into_boxed_slice())
        };
        match self {
            Self::All(trees) => Requirement::all(list(trees)),
            Self::Any(trees) => Requirement::any(list(trees)),
            Self::Authenticated => Requirement::authenticated(),
            Self::Issuer(issuer) => Requirement::issuer(ISSUERS[*issuer]),
            Self::Role(role) => Requirement::role(ROLES[*role]),
            Self::Scheme(scheme) => Requirement::scheme(SCHEMES[*scheme]),
            Self::Scope(scope) => Requirement::scope(SCOPES[*scope]),
        }
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        1 => Just(Tree::Authenticated),
        2 => (0..ISSUERS.len()).prop_map(Tree::Issuer),
        4 => (0..ROLES.len()).prop_map(Tree::Role),
        2 => (0..SCHEMES.len()).prop_map(Tree::Scheme),
        6 => (0..SCOPES.len()).prop_map(Tree::Scope),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let list = prop::collection::vec(inner, 1..4);
        prop_oneof![list.clone().prop_map(Tree::All), list.prop_map(Tree::Any)]
    })
}

fn principal(held: &Held) -> Principal {
    let chosen = |names: &[&'static str], held: &[bool]| -> Vec<&'static str> {
        names.iter().zip(held).filter(|(_, held)| **held).map(|(name, _)| *name).collect()
    };
    let mut principal =
        Principal::builder().scopes(chosen(&SCOPES, &held.scopes)).roles(chosen(&ROLES, &held.roles));
    if let Some(issuer) = held.issuer {
        principal = principal.issuer(ISSUERS[issuer]);
    }
    if let Some(scheme) = held.scheme {
        principal = principal.scheme(SCHEMES[scheme]);
    }
    principal.build()
}

fn printable(length: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(b' '..=b'~', length).prop_map(|bytes| String::from_utf8(bytes).unwrap())
}

fn refuse(_: &Credential<'_>) -> Result<Principal, Refusal> {
    Err(Denial::Forbidden.into())
}

/// Returns the denial of a request with this `Authorization` field.
fn denied(authorizer: &Authorizer, field: Option<HeaderValue>) -> Denied {
    let mut request = TestRequest::default().app_data(authorizer.clone());
    if let Some(field) = field {
        request = request.insert_header((AUTHORIZATION, field));
    }
    let principal = Principal::extract(&request.to_http_request());
    actix_web::rt::System::new().block_on(principal).unwrap_err()
}

fn challenges(denied: &Denied) -> Vec<String> {
    let response = denied.error_response();
    response.headers().get_all("www-authenticate").map(|line| line.to_str().unwrap().to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn evaluation_agrees_with_a_truth_table(tree in trees(), held in held()) {
        let with_all_scopes = Held { scopes: [true; 4], ..held.clone() };
        let expected = match (tree.holds(&held), tree.holds(&with_all_scopes)) {
            (true, _) => Decision::Allow,
            (false, true) => Decision::Deny(Denial::InsufficientScope),
            (false, false) => Decision::Deny(Denial::Forbidden),
        };
        prop_assert_eq!(principal(&held).holds(tree.requirement()), expected == Decision::Allow);
        prop_assert_eq!(tree.requirement().evaluate(&principal(&held)), expected);
    }

    #[test]
    fn more_grants_never_mean_less(tree in trees(), held in held(), more in 0..7_usize) {
        let requirement = tree.requirement();
        let before = requirement.evaluate(&principal(&held)) == Decision::Allow;
        let mut held = held;
        if more < 4 { held.scopes[more] = true } else { held.roles[more - 4] = true }
        prop_assert!(!before || requirement.evaluate(&principal(&held)) == Decision::Allow);
    }

    /// A principal without an issuer or a scheme never gains by that.
    #[test]
    fn a_lost_issuer_or_scheme_never_means_more(tree in trees(), held in held()) {
        let requirement = tree.requirement();
        for less in [Held { issuer: None, ..held.clone() }, Held { scheme: None, ..held.clone() }] {
            let after = requirement.evaluate(&principal(&less)) == Decision::Allow;
            prop_assert!(!after || requirement.evaluate(&principal(&held)) == Decision::Allow);
        }
    }

    /// Two ids with the same text are the same id.
    #[test]
    fn the_text_of_an_id_is_unambiguous(
        one in ["[ab \\\\\n'\"|u{}20]{0,5}", "[ab \\\\\n'\"|u{}20]{0,5}"],
        other in ["[ab \\\\\n'\"|u{}20]{0,5}", "[ab \\\\\n'\"|u{}20]{0,5}"],
    ) {
        let id = |[issuer, subject]: &[String; 2]| PrincipalId::new(issuer.as_str(), subject.as_str());
        prop_assert_eq!(id(&one).to_string() == id(&other).to_string(), one == other);
        let joined = [format!("{} {}", one[0], one[1]), other[0].clone()];
        let moved = [one[0].clone(), format!("{} {}", one[1], other[0])];
        prop_assert_ne!(id(&joined).to_string(), id(&moved).to_string());
        prop_assert!(!id(&one).to_string().contains('\n'));
    }

    /// A client that fetches the scopes of a challenge is not sent for more.
    #[test]
    fn x_13_the_scopes_of_a_challenge_cure_the_denial(tree in trees(), held in held()) {
        let requirement = tree.requirement();
        let caller = principal(&held);
        let named = requirement.scopes_for(Some(&caller));
        let once: std::collections::HashSet<_> = named.iter().collect();
        prop_assert_eq!(once.len(), named.len());
        if requirement.evaluate(&caller) == Decision::Deny(Denial::InsufficientScope) {
            let mut cured = held.clone();
            for scope in &named {
                cured.scopes[SCOPES.iter().position(|name| *name == scope.name()).unwrap()] = true;
            }
            prop_assert_eq!(requirement.evaluate(&principal(&cured)), Decision::Allow);
        }
    }

    #[test]
    fn every_challenge_parses_and_round_trips(
        realm in printable(1..40),
        name in "[A-Za-z][A-Za-z0-9-]{0,8}",
        parameters in prop::collection::btree_map("x[a-z0-9]{0,6}", printable(0..30), 0..4),
        metadata in prop::option::of("https://[a-z]{1,9}\\.example(/[a-z0-9._~-]{1,9}){0,3}"),
    ) {
        let mut scheme = Scheme::new(name.clone() + "X", refuse);
        for (name, value) in &parameters {
            scheme = scheme.parameter(name.to_uppercase(), value.clone());
        }
        let mut builder = Authorizer::builder().realm(realm.clone()).bearer(refuse).scheme(scheme);
        if let Some(url) = &metadata {
            builder = builder.resource_metadata(url.clone());
        }
        let authorizer = builder.build().unwrap();
        for field in [None, Some(HeaderValue::from_static("Bearer"))] {
            let lines = challenges(&denied(&authorizer, field));
            let bearer = parse(&lines[0]);
            prop_assert_eq!(bearer.scheme, "Bearer");
            prop_assert_eq!(parameter(&bearer, "realm"), Some(realm.clone()));
            prop_assert_eq!(parameter(&bearer, "resource_metadata"), metadata.clone());
            for line in lines.iter().skip(1) {
                let other = parse(line);
                prop_assert_eq!(other.scheme, name.clone() + "X");
                prop_assert_eq!(other.params.len(), parameters.len() + 1);
                for (name, value) in &parameters {
                    prop_assert_eq!(parameter(&other, name), Some(value.clone()));
                }
            }
        }
    }

    /// No random field lets a caller in, panics, or ends in a failure of the server.
    #[test]
    fn any_field_is_denied(
        scheme in "(Bearer|bearer|Basic|Digest|,| |\"|[!-~]{1,5})?",
        separator in "[ \t,=]{0,3}",
        rest in prop::collection::vec(prop_oneof![Just(9_u8), 0x20..=0x7E_u8, 0x80..=0xFF_u8], 0..60),
    ) {
        let authorizer = Issuer::default().authorizer();
        let field = [scheme.as_bytes(), separator.as_bytes(), &rest].concat();
        let denied = denied(&authorizer, Some(HeaderValue::from_bytes(&field).unwrap()));
        let status = denied.error_response().status().as_u16();
        prop_assert!(matches!(status, 400 | 401), "{}", status);
    }
}
