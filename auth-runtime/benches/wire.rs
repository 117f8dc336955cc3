//! The benchmark of requests per second over loopback, sent by wrk. It compares our handler with a bare one and with
//! its peers, and two workers with one.
//!
//! `cargo bench --package auth-runtime --bench wire` needs wrk and takes about two minutes. The paths of a server are
//! measured in turns. wrk runs on the same cores as the server, so look at the processor time for one request too,
//! which is only the server's.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark fails by panicking and prints what it finds"
)]

mod rows;

use std::{env, fs, process::Command};

use crate::rows::{PATH, server::Server, tokens};

const ROUNDS: usize = 5;
const SECONDS: &str = "2";
const CONNECTIONS: &str = "32";

/// The name and the path prefix of a row, and whether its requests bring a token.
const PATHS: [(&str, &str, bool); 6] = [
    ("bare", "/bare", true),
    ("repeated", "/ours", true),
    ("anonymous 401", "/ours", false),
    ("by hand, cached", "/cached", true),
    ("by hand", "/hand", true),
    ("httpauth + grants", "/grants", true),
];

fn main() {
    if !env::args().any(|word| word == "--bench") {
        println!("run it by `cargo bench --package auth-runtime --bench wire`");
        return;
    }
    let pair = tokens::rs256();
    let token = pair.token(0, "");
    let mut of_one = Vec::new();
    for workers in [1, 2] {
        let server = Server::start(&pair, workers);
        let mut measured = PATHS.map(|_| Vec::new());
        for round in 1..=ROUNDS {
            println!("workers {workers}, round {round} of {ROUNDS}");
            for ((_, prefix, has_token), measured) in PATHS.iter().zip(&mut measured) {
                let url = format!("http://{}{prefix}{PATH}", server.address);
                measured.push(load(&url, has_token.then_some(&token)));
            }
        }
        server.stop();
        println!(
            "\n{:20}{:>12}{:>10}{:>12}{:>10}{:>14}",
            "RS256", "requests/s", "of bare", "processor", "of bare", "of one worker"
        );
        let medians: Vec<_> = measured.into_iter().map(median).collect();
        for (number, ((name, ..), (rate, time))) in PATHS.iter().zip(&medians).enumerate() {
            let (bare_rate, bare_time) = medians[0];
            let alone = of_one.get(number).map_or(1.0, |(alone, _)| rate / alone);
            println!(
                "{name:20}{rate:12.0}{:10.2}{time:9.2} µs{:10.2}{alone:14.2}",
                rate / bare_rate,
                time / bare_time
            );
        }
        println!();
        of_one = medians;
    }
}

/// Measures the requests per second, and the microseconds of processor time for one request.
fn load(url: &str, token: Option<&String>) -> (f64, f64) {
    let before = processor_time();
    let mut command = Command::new("wrk");
    command.args(["--threads", "1", "--connections", CONNECTIONS, "--duration", SECONDS, url]);
    if let Some(token) = token {
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
    }
    let output = command.output().unwrap_or_else(|error| {
        panic!("wrk does not start: {error}; install it (`apt-get install wrk`)");
    });
    let output = String::from_utf8_lossy(&output.stdout);
    let time = processor_time() - before;
    assert_eq!(output.contains("Non-2xx"), token.is_none(), "{output}");
    let number = |label: &str| {
        let line = output.lines().find(|line| line.contains(label)).unwrap_or_else(|| panic!("{output}"));
        line.split_whitespace().find_map(|word| word.parse::<f64>().ok()).unwrap()
    };
    (number("Requests/sec:"), time / number("requests in") * 1e6)
}

/// Returns the processor time of this process, which is the server, in seconds.
fn processor_time() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    // The fields are `utime` and `stime`, in hundredths of a second.
    fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}

/// Returns the median of the rates and the median of the times.
fn median(measured: Vec<(f64, f64)>) -> (f64, f64) {
    let (mut rates, mut times): (Vec<_>, Vec<_>) = measured.into_iter().unzip();
    rates.sort_by(f64::total_cmp);
    times.sort_by(f64::total_cmp);
    (rates[rates.len() / 2], times[times.len() / 2])
}
