//! Tests of the model itself: a difference is found and becomes small, and every setting has an effect.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    answer::Answer,
    catalogue::handlers,
    description::{Application, Case, Field, Flaw, Handler, Made, Node, Request, Text},
    generate, oracle,
    random::Random,
    run::run,
    shrink::{shrink, test_of},
};

/// An oracle with a mistake: it hides what is not hidden.
fn mistaken(application: &Application, handlers: &[Handler], request: &Request) -> Answer {
    let mut answer = oracle::answer(application, handlers, request);
    if (answer.stage, answer.status) == ("handler", 403) {
        answer.status = 404;
    }
    answer
}

#[test]
fn a_difference_becomes_a_small_test() {
    let differs = |case: &Case| matches!(run(case, mistaken, &mut |_, _| ()), Ok(Some(_)));
    let case = (0..100).map(|number| generate::case(&mut Random::of(1, number), 30)).find(differs).unwrap();
    let smallest = shrink(&case, differs);

    let [request] = smallest.requests.as_slice() else { panic!("several requests: {smallest:#?}") };
    let [api] = smallest.application.apis.as_slice() else { panic!("several Apis: {smallest:#?}") };
    assert_eq!(api.authorizer.schemes.len(), 1, "{smallest:#?}");
    assert!(request.authorization.len() + request.elsewhere.len() <= 1, "{smallest:#?}");
    assert!(matches!(api.nodes.as_slice(), [Node::Route { .. } | Node::Service { .. }]), "{smallest:#?}");

    // What is printed is a test that fails, and that does not fail with the right oracle.
    let text = test_of(&smallest);
    let json = text.strip_prefix("#[test]\nfn found() {\n    replay(r#\"").unwrap();
    let json = json.strip_suffix("\"#);\n}").unwrap();
    assert!(json.len() < 600, "{text}");
    assert!(differs(&serde_json::from_str(json).unwrap()), "{text}");
    crate::replay(json);
}

/// Each setting is turned around or left out, and then the oracle has to say something else about some requests. So a
/// runtime that forgets the setting is found out.
#[test]
fn every_setting_has_an_effect() {
    let (handlers, mut effects) = (handlers(), BTreeMap::new());
    for number in 0..150 {
        let random = &mut Random::of(2, number);
        let case = generate::case(random, 60);
        let said = |application: &Application| -> Vec<Answer> {
            case.requests.iter().map(|request| oracle::answer(application, &handlers, request)).collect()
        };
        let (before, value) = (said(&case.application), serde_json::to_value(&case.application).unwrap());
        let mut changes = Vec::new();
        collect(&value, "", &mut changes);
        for _ in 0..60 {
            let (pointer, name, setting) = random.pick(&changes).clone();
            let mut other = value.clone();
            *other.pointer_mut(&pointer).unwrap() = setting;
            let after = said(&serde_json::from_value(other).unwrap());
            let differ = after.iter().zip(&before).filter(|(one, other)| one != other).count();
            *effects.entry(name).or_insert(0) += differ;
        }
    }
    // What only decides how an answer is found has no effect.
    let hardly: Vec<_> = effects
        .iter()
        .filter(|(name, count)| {
            **count < 5 && !["waits", "remembers", "without_token_cache"].contains(&name.as_str())
        })
        .collect();
    assert!(
        hardly.is_empty() && effects.len() == 50,
        "{hardly:?} hardly matter: {} {effects:?}",
        effects.len()
    );
}

/// Where a request comes from, what it wants to become, and what its credential is like: each has to matter.
#[test]
fn every_part_of_a_request_has_an_effect() {
    let (handlers, mut effects) = (handlers(), BTreeMap::new());
    let flawless = |request: &mut Request, change: fn(&mut Made)| {
        let inside = request.authorization.iter_mut().filter_map(|field| match field {
            Field::Credential { text, .. } => Some(text),
            Field::Glued { .. } | Field::Empty => None,
        });
        for text in inside.chain(request.elsewhere.iter_mut().map(|(_, text)| text)) {
            if let Text::Key(made) | Text::Password(made) | Text::Session(made) = text {
                change(made);
            }
        }
    };
    for number in 0..200 {
        let case = generate::case(&mut Random::of(3, number), 60);
        for request in &case.requests {
            let said = |request: &Request| oracle::answer(&case.application, &handlers, request);
            let before = said(request);
            let mut count = |name: &'static str, change: &dyn Fn(&mut Request)| {
                let mut other = request.clone();
                change(&mut other);
                *effects.entry(name).or_insert(0) += u32::from(said(&other) != before);
            };
            count("origin", &|request| request.origin.clear());
            count("site", &|request| request.site.clear());
            count("upgrade", &|request| request.upgrade = false);
            count("away", &|request| request.away = false);
            count("flaw", &|request| flawless(request, |made| made.flaw = Flaw::None));
            count("garbled", &|request| flawless(request, |made| made.flaw = Flaw::Garbled));
            count("began", &|request| flawless(request, |made| made.began = 11));
            count("used", &|request| flawless(request, |made| made.used = 699));
        }
    }
    let hardly: Vec<_> = effects.iter().filter(|(_, count)| **count < 5).collect();
    assert!(hardly.is_empty() && effects.len() == 8, "{hardly:?} hardly matter: {effects:?}");
}

/// Collects the changes of a description: where, the name of the setting, and what stands there instead.
fn collect(value: &Value, pointer: &str, changes: &mut Vec<(String, String, Value)>) {
    let mut change = |pointer: &str, name: &str, setting: Option<Value>| {
        changes.extend(setting.map(|setting| (pointer.to_owned(), name.to_owned(), setting)));
    };
    match value {
        Value::String(variant) => change(pointer, variant, instead_of(variant)),
        Value::Object(members) => {
            for (name, member) in members {
                let pointer_to = format!("{pointer}/{name}");
                match (name.as_str(), member) {
                    (_, Value::Bool(setting)) => change(&pointer_to, name, Some(Value::Bool(!setting))),
                    ("origins", Value::Array(listed)) if !listed.is_empty() => {
                        change(&pointer_to, name, Some(json!([])));
                    }
                    ("ends", Value::Number(_))
                    | ("logged_out", Value::Array(_))
                    | ("issuer" | "parameter" | "realm" | "subject" | "tenant", Value::String(_)) => {
                        change(&pointer_to, name, Some(Value::Null));
                    }
                    _ => change(pointer, name, instead_of(name)),
                }
            }
            for (name, member) in members {
                collect(member, &format!("{pointer}/{name}"), changes);
            }
        }
        Value::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                collect(element, &format!("{pointer}/{at}"), changes);
            }
        }
        _ => {}
    }
}

/// Returns what may stand in place of a variant.
fn instead_of(variant: &str) -> Option<Value> {
    Some(match variant {
        "All" | "Any" | "Issuer" | "Role" | "RoleOfEnum" | "Scheme" | "Scope" | "ScopeOfEnum" => {
            json!("Authenticated")
        }
        "Cookie" | "Connection" | "Header" | "Presented" | "Query" => json!("Authorization"),
        "Accounts" | "Keys" | "Passwords" | "Sessions" | "Tokens" => json!({ "Tokens": [] }),
        "Beginning" | "Nothing" | "Only" => json!("Unsaid"),
        "Anonymous" | "Unauthorized" => json!("Never"),
        "Down" | "Forbidden" | "Principal" => json!("Nobody"),
        "Group" | "Open" | "Route" | "Service" => json!({ "Open": { "path": "/elsewhere" } }),
        "Html" | "Text" => Value::Null,
        _ => return None,
    })
}
