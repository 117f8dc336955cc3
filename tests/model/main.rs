//! The model: an oracle that knows nothing but the guide says what a random application has to answer to random requests,
//! and a real server has to answer so.
//!
//! ```text
//! cargo test -p auth-tests --test model                        # 20 000 requests
//! CASES=1000000 cargo test -p auth-tests --test model --release -- --nocapture
//! SEED=7 CASES=50000 cargo test -p auth-tests --test model     # what this seed makes, again
//! ```
//!
//! A difference is made smaller and printed as a test to paste into this file or into `found`. A million requests take
//! a few minutes, and each run without `SEED` asks others.
//!
//! | file | what |
//! |---|---|
//! | `description` | a case as data: an application and requests |
//! | `oracle` | what has to be answered, stage by stage; nothing of the runtime is used |
//! | `answer` | answers and callers as data, and the texts of denials |
//! | `routing` | where a request arrives |
//! | `catalogue`, `arguments`, `resources` | the handlers of which applications are made |
//! | `application` | the real application of a description |
//! | `credentials`, `desk` | the texts of credentials, and where sessions begin |
//! | `generate`, `random` | random cases |
//! | `run` | sends requests as bytes and compares |
//! | `shrink` | makes a case smaller |
//! | `found` | differences that were found |
//! | `sanity` | tests of the model itself |
//!
//! A new feature of the runtime needs a field in `description`, a line in `application` and in `generate`, its stage in
//! `oracle`, and what it makes happen in [`ANSWERS`] or in `sanity`. The shrinker needs nothing.
#![forbid(unsafe_code)]
#![allow(clippy::wildcard_imports, reason = "the oracle speaks of descriptions and answers all the time")]
#![allow(missing_docs, reason = "tests are documented by their names")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::result_large_err,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod answer;
mod application;
mod arguments;
mod catalogue;
mod credentials;
mod description;
mod desk;
mod found;
mod generate;
mod oracle;
mod random;
mod resources;
mod routing;
mod run;
mod sanity;
mod shrink;

use std::{
    collections::BTreeMap,
    env,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use auth_tests::report;

use crate::{
    description::Case,
    random::Random,
    run::{Difference, ORACLE, Oracle, run},
    shrink::{shrink, test_of},
};

/// The requests to one application.
const REQUESTS: usize = 100;

/// Answers a case that was printed, and fails if the answers are wrong.
#[track_caller]
fn replay(json: &str) {
    let case: Case = serde_json::from_str(json).expect("a case");
    if let Some(difference) = run(&case, ORACLE, &mut |_, _| ()).expect("an application that can be built") {
        panic!("{}", difference.text);
    }
}

fn setting(name: &str) -> Option<u64> {
    env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("`{name}` is no number")))
}

#[test]
fn the_runtime_answers_as_the_guide_says() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seed = setting("SEED").unwrap_or(now.as_secs());
    let cases = setting("CASES").unwrap_or(20_000);
    report(&format!("model: {cases} requests, SEED={seed}"));
    let (mut counted, mut done, mut refused, begin) = (BTreeMap::new(), 0, 0, Instant::now());
    for number in 0.. {
        let case = generate::case(&mut Random::of(seed, number), REQUESTS);
        let mut count = |stage, status| {
            *counted.entry((stage, status)).or_insert(0_u64) += 1;
            done += 1;
        };
        match run(&case, ORACLE, &mut count) {
            Ok(None) => {}
            Ok(Some(found)) => {
                panic!("after {done} requests of SEED={seed}:\n{}", explained(&case, &found, ORACLE));
            }
            // A random route may be one that nothing reaches.
            Err(_) => refused += 1,
        }
        if number % 200 == 0 {
            report(&format!("model: {done} requests, {} s", begin.elapsed().as_secs()));
        }
        if done >= cases {
            break;
        }
    }
    for ((stage, status), count) in &counted {
        report(&format!("model: {stage} {status}: {count}"));
    }
    for (stage, status) in ANSWERS.iter().flat_map(|(stage, all)| all.iter().map(move |one| (*stage, *one))) {
        let occurs = cases < 20_000 || counted.contains_key(&(stage, status));
        assert!(occurs, "no {status} at the stage `{stage}` with SEED={seed}");
    }
    report(&format!(
        "model: {done} requests, {} s, {refused} applications refused",
        begin.elapsed().as_secs()
    ));
}

/// The oracle is read beside the guide, so it stays short. A quarter of it is about sessions and other sites: who opens a
/// session is asked in an order of its own, and what becomes of the cookie is asked when the answer is there.
#[test]
fn the_oracle_stays_short() {
    let files =
        [include_str!("oracle.rs"), include_str!("oracle/answers.rs"), include_str!("oracle/callers.rs")];
    let lines: usize = files.iter().map(|file| file.lines().count()).sum();
    assert!(lines <= 520, "the oracle has {lines} lines");
}

/// What has to be answered among so many requests, or the requests are not random enough.
const ANSWERS: &[(&str, &[u16])] = &[
    ("allowed", &[200]),
    ("body", &[400]),
    ("claims", &[403, 404]),
    ("gate", &[400, 401, 403, 503]),
    ("group", &[400, 401, 403, 404, 503]),
    ("handler", &[400, 401, 403, 404, 503]),
    ("nobody", &[404]),
    ("not found", &[404]),
    ("refusal", &[403]),
    ("resource", &[403, 404, 500, 503]),
    ("rule", &[403, 404, 500, 503]),
    ("session", &[403, 404]),
    ("unmapped", &[404, 503]),
];

/// Returns the smallest case of a difference, and a test of it.
fn explained(case: &Case, found: &Difference, oracle: Oracle) -> String {
    let alone = Case { requests: vec![case.requests[found.at].clone()], ..case.clone() };
    let until = Case { requests: case.requests[..=found.at].to_vec(), ..case.clone() };
    let mut fails = |case: &Case| matches!(run(case, oracle, &mut |_, _| ()), Ok(Some(_)));
    let begin = if fails(&alone) { alone } else { until };
    let smallest = shrink(&begin, &mut fails);
    let text = match run(&smallest, oracle, &mut |_, _| ()) {
        Ok(Some(difference)) => difference.text,
        _ => found.text.clone(),
    };
    format!("{text}\n\n{}", test_of(&smallest))
}
