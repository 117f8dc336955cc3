//! Makes a case smaller as long as it still shows a difference.
//!
//! A case is JSON, and every field of it may be left out. So whatever a description says is made smaller in three ways,
//! which know nothing of it: a member or an element is left out, an object or an array is replaced by something inside
//! of it, and a number becomes 0. What is then no case, or one that the builders refuse, does not show the difference.
//! Only prefixes take a step of their own, because they stand in the requests as well.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::description::Case;

/// The time that shrinking may take.
const TIME: Duration = Duration::from_mins(1);

/// Returns the smallest case that was found for which `fails` holds.
pub(crate) fn shrink(case: &Case, mut fails: impl FnMut(&Case) -> bool) -> Case {
    let begin = Instant::now();
    let mut smallest = case.clone();
    let mut value = serde_json::to_value(case).expect("a case is JSON");
    let mut is_smaller = true;
    while is_smaller {
        is_smaller = false;
        let mut at = 0;
        // A change that helped is tried again at the same position, where something else stands now.
        while let Some(smaller) = candidate(&value, at) {
            if begin.elapsed() > TIME {
                return smallest;
            }
            match serde_json::from_value::<Case>(smaller.clone()) {
                Ok(case) if fails(&case) => {
                    (value, smallest, is_smaller) = (smaller, case, true);
                }
                _ => at += 1,
            }
        }
    }
    smallest
}

/// Returns the value with the change of this number, or `None` if there are not so many changes.
fn candidate(value: &Value, mut number: usize) -> Option<Value> {
    let mut changed = value.clone();
    if change(&mut changed, &mut number) {
        return Some(changed);
    }
    // A prefix goes together with its part of the requests' paths.
    let mut changed = value.clone();
    let prefix = take_prefix(&mut changed["application"], &mut number)?;
    for request in changed["requests"].as_array_mut()? {
        request["path"] = without(request["path"].as_str()?, &prefix).into();
    }
    Some(changed)
}

/// Returns the path without the first part that is like the prefix.
fn without(path: &str, prefix: &str) -> String {
    let mut parts: Vec<_> = path.split('/').skip(1).collect();
    let prefix: Vec<_> = prefix.split('/').skip(1).collect();
    let is_like = |window: &[&str]| {
        window.iter().zip(&prefix).all(|(part, pattern)| pattern.starts_with('{') || part == pattern)
    };
    if let Some(at) = parts.windows(prefix.len().max(1)).position(is_like) {
        parts.drain(at..at + prefix.len());
    }
    format!("/{}", parts.join("/"))
}

/// Makes the change of this number, counted from the outside inwards. Returns whether there is one.
fn change(value: &mut Value, number: &mut usize) -> bool {
    match value {
        Value::Array(elements) => {
            if *number < elements.len() {
                elements.remove(*number);
                return true;
            }
            *number -= elements.len();
        }
        Value::Object(members) => {
            if *number < members.len() {
                let name = members.keys().nth(*number).cloned().unwrap_or_default();
                members.remove(&name);
                return true;
            }
            *number -= members.len();
        }
        Value::Number(old) if old.as_u64() != Some(0) => {
            if *number == 0 {
                *value = Value::from(0);
                return true;
            }
            *number -= 1;
        }
        _ => return false,
    }
    let mut inside = Vec::new();
    collect(value, 3, &mut inside);
    if let Some(part) = inside.get(*number) {
        *value = part.clone();
        return true;
    }
    *number -= inside.len();
    children(value).any(|child| change(child, number))
}

fn children(value: &mut Value) -> Box<dyn Iterator<Item = &mut Value> + '_> {
    match value {
        Value::Array(elements) => Box::new(elements.iter_mut()),
        Value::Object(members) => Box::new(members.values_mut()),
        _ => Box::new(std::iter::empty()),
    }
}

/// Collects what stands inside of a value, so many levels deep.
fn collect(value: &mut Value, levels: usize, inside: &mut Vec<Value>) {
    for child in children(value).filter(|child| child.is_object() || child.is_array()) {
        inside.push(child.clone());
        if levels > 1 {
            collect(child, levels - 1, inside);
        }
    }
}

/// Empties the prefix of this number, and returns it.
fn take_prefix(value: &mut Value, number: &mut usize) -> Option<String> {
    for name in ["prefix", "scope"] {
        if let Some(Value::String(prefix)) = value.get_mut(name)
            && !prefix.is_empty()
        {
            if *number == 0 {
                return Some(std::mem::take(prefix));
            }
            *number -= 1;
        }
    }
    children(value).find_map(|child| take_prefix(child, number))
}

/// Returns the case as a test to paste.
pub(crate) fn test_of(case: &Case) -> String {
    format!("#[test]\nfn found() {{\n    replay(r#\"{}\"#);\n}}", compact(case))
}

/// Returns the JSON of a case without what is left out by default.
fn compact(case: &Case) -> String {
    let mut value = serde_json::to_value(case).expect("a case is JSON");
    drop_defaults(&mut value);
    value.to_string()
}

/// Leaves out every member that changes nothing.
fn drop_defaults(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(drop_defaults),
        Value::Object(members) => {
            members.values_mut().for_each(drop_defaults);
            members.retain(|_, member| {
                !(member.is_null() || *member == Value::Bool(false) || *member == Value::Array(Vec::new()))
            });
        }
        _ => {}
    }
}
