//! The benchmark of what a request costs in process: with our attributes, with a bare handler, and with other crates.
//!
//! `cargo bench --package auth-runtime --bench requests` measures everything in one run and prints the ratios last.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark fails by panicking and prints what it finds"
)]

mod rows;

use std::{
    fs,
    hint::black_box,
    path::Path,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use actix_web::http::{StatusCode, header::HeaderValue};
use auth_runtime::{Authorizer, Decision};
use criterion::{BatchSize, Criterion};
use serde_json::{Map, Value};

use crate::rows::{ROWS, ours, ours_with, tokens};

/// The size of a batch. It is small, so that a request is still in the processor's cache when its turn comes, like a
/// request that was just parsed.
const BATCH: BatchSize = BatchSize::NumIterations(16);
/// The name of the row that only calls `jsonwebtoken::decode`, without a request.
const ALONE: &str = "jsonwebtoken alone";
const EVALUATE: &str = "evaluate 32 leaves";

fn main() {
    // The measurements are short, because there are many, and a disturbance spoils two short ones less than a long one.
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let mut groups = Vec::new();
    for pair in [tokens::hs256(), tokens::rs256(), tokens::es256(), tokens::eddsa()] {
        let (tokens, validation) = (pair.tokens(tokens::MANY), pair.validation());
        let mut group = criterion.benchmark_group(pair.name);
        for row in &ROWS {
            let served = row.serve(&pair);
            group.bench_function(row.name, |bencher| {
                let request = || tokens.request(row.presents);
                bencher.iter_batched(
                    request,
                    |request| assert_eq!(served(request), row.answers, "{}", row.name),
                    BATCH,
                );
            });
        }
        group.bench_function(ALONE, |bencher| {
            let decode = |token| {
                jsonwebtoken::decode::<Map<String, Value>>(token, &pair.decodes, &validation).unwrap()
            };
            bencher.iter_batched(|| tokens.next(), decode, BATCH);
        });
        group.finish();
        groups.push(pair.name);
    }
    let caller = ours::caller();
    criterion.bench_function(EVALUATE, |bencher| {
        bencher.iter(|| assert_eq!(black_box(ours::TREE).evaluate(black_box(&caller)), Decision::Allow));
    });
    print_tables(&groups);
    print_scaling();
}

/// Computes a ratio from the rows of one group.
type Ratio = fn(&str) -> f64;

const RATIOS: [(&str, Ratio); 6] = [
    ("repeated / bare", |group| median(group, "repeated") / median(group, "bare")),
    ("anonymous 401 / bare", |group| median(group, "anonymous 401") / median(group, "bare")),
    ("first seen / (alone + repeated)", |group| {
        median(group, "first seen") / (median(group, ALONE) + median(group, "repeated"))
    }),
    ("by hand, cached / repeated", |group| median(group, "by hand, cached") / median(group, "repeated")),
    ("by hand / repeated", |group| median(group, "by hand") / median(group, "repeated")),
    ("httpauth + grants / repeated", |group| median(group, "httpauth + grants") / median(group, "repeated")),
];

fn print_tables(groups: &[&str]) {
    println!("\nmedians, and how many times the bare handler that is");
    print_line("", groups, |group| format!("{group:>19}"));
    for name in ROWS.iter().map(|row| row.name).chain([ALONE]) {
        print_line(name, groups, |group| {
            let time = median(group, name);
            format!("{time:9.0} ns {:6.2}", time / median(group, ROWS[0].name))
        });
    }
    println!("\nratios");
    for (what, ratio) in RATIOS {
        print_line(what, groups, |group| format!("{:19.2}", ratio(group)));
    }
    println!("\n{EVALUATE}: {:.0} ns\n", median("", EVALUATE));
}

fn print_line(name: &str, groups: &[&str], cell: impl Fn(&str) -> String) {
    println!("{name:32}{}", groups.iter().map(|group| cell(group)).collect::<String>());
}

/// Returns the median that criterion measured, in nanoseconds.
fn median(group: &str, row: &str) -> f64 {
    let folder = std::env::var("CARGO_TARGET_DIR")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../target").to_owned());
    let path = Path::new(&folder).join("criterion").join(group).join(row).join("new/estimates.json");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let estimates: Value = serde_json::from_str(&text).unwrap_or_default();
    estimates["median"]["point_estimate"].as_f64().unwrap_or(f64::NAN)
}

/// Prints how two workers that share one authorizer compare with one worker.
fn print_scaling() {
    let pair = tokens::rs256();
    let (authorizer, tokens) = (pair.authorizer(), pair.tokens(2));
    for (what, both) in [("the same token", [0, 0]), ("a token each", [0, 1])] {
        let both = both.map(|number| tokens.field(number));
        // The best of five ratios counts, because the machine has other things to do now and then.
        let ratios = (0..5).map(|_| 2.0 * work(&authorizer, &both[..1]) / work(&authorizer, &both));
        println!("two workers with {what}: {:.2} times the requests of one", ratios.fold(0.0, f64::max));
    }
}

/// Measures how long the slowest worker takes if each repeats one token, in seconds.
fn work(authorizer: &Authorizer, tokens: &[&HeaderValue]) -> f64 {
    const REQUESTS: usize = 100_000;

    let begin = Barrier::new(tokens.len());
    let worker = |token: &HeaderValue| {
        let served = ours_with(authorizer.clone());
        begin.wait();
        let start = Instant::now();
        for _ in 0..REQUESTS {
            assert_eq!(served(tokens::request(token)), StatusCode::OK);
        }
        start.elapsed().as_secs_f64()
    };
    thread::scope(|scope| {
        let workers: Vec<_> = tokens.iter().map(|token| scope.spawn(|| worker(token))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).fold(0.0, f64::max)
    })
}
