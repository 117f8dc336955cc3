//! What a token costs: seen for the first time, beside `jsonwebtoken::decode` alone, and seen again, beside a bare
//! handler.
//!
//! `cargo bench --package auth-runtime --bench tokens` measures all of it in one run and prints the ratios last.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark fails by panicking and prints what it finds"
)]

use std::{
    cell::Cell,
    fs,
    path::Path,
    sync::Barrier,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use actix_web::{
    App, Error, body::BoxBody, dev::Service, dev::ServiceResponse, get, http::StatusCode, rt::System, test,
};
use auth_runtime::{Algorithm, Authorizer, Jwt, Key, TokenCache, require_scope};
use criterion::{BatchSize, Criterion};
use futures_util::FutureExt as _;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Map, Value, json};

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://orders.example";
const SECRET: &[u8] = b"a secret of exactly 32 bytes....";
/// So few that a request is still in the processor's cache when its turn comes, as one is that was just parsed.
const BATCH: BatchSize = BatchSize::NumIterations(16);
/// So many that none of them is still remembered when its turn comes again.
const TOKENS: usize = 2_000;

#[get("/bare")]
async fn bare_handler() -> &'static str {
    "orders"
}

#[require_scope("orders:read")]
#[get("/ours")]
async fn our_handler() -> &'static str {
    "orders"
}

struct Pair {
    name: &'static str,
    signs: EncodingKey,
    decodes: DecodingKey,
    verifies: Key,
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../tests/fixtures/", $name, ".pem"))
    };
}

fn pairs() -> [Pair; 4] {
    let rsa = fixture!("rsa.public");
    let ec = fixture!("p256.public");
    let ed = fixture!("ed25519.public");
    [
        Pair {
            name: "HS256",
            signs: EncodingKey::from_secret(SECRET),
            decodes: DecodingKey::from_secret(SECRET),
            verifies: Key::secret(Algorithm::HS256, SECRET),
        },
        Pair {
            name: "RS256",
            signs: EncodingKey::from_rsa_pem(fixture!("rsa.private").as_bytes()).unwrap(),
            decodes: DecodingKey::from_rsa_pem(rsa.as_bytes()).unwrap(),
            verifies: Key::pem(Algorithm::RS256, rsa),
        },
        Pair {
            name: "ES256",
            signs: EncodingKey::from_ec_pem(fixture!("p256.private").as_bytes()).unwrap(),
            decodes: DecodingKey::from_ec_pem(ec.as_bytes()).unwrap(),
            verifies: Key::pem(Algorithm::ES256, ec),
        },
        Pair {
            name: "EdDSA",
            signs: EncodingKey::from_ed_pem(fixture!("ed25519.private").as_bytes()).unwrap(),
            decodes: DecodingKey::from_ed_pem(ed.as_bytes()).unwrap(),
            verifies: Key::pem(Algorithm::EdDSA, ed),
        },
    ]
}

impl Pair {
    fn algorithm(&self) -> jsonwebtoken::Algorithm {
        self.name.parse().unwrap()
    }

    fn authorizer(&self) -> Authorizer {
        let jwt =
            Jwt::builder().issuer(ISSUER).audience(AUDIENCE).key(self.verifies.clone()).build().unwrap();
        Authorizer::builder().bearer(jwt).token_cache(TokenCache::new().max_entries(100)).build().unwrap()
    }

    fn tokens(&self) -> Vec<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let header = Header {
            typ: Some("at+jwt".to_owned()),
            kid: Some("2026-11".to_owned()),
            ..Header::new(self.algorithm())
        };
        let token = |number: usize| {
            let claims = json!({
                "iss": ISSUER, "aud": AUDIENCE, "sub": format!("user-{number}"), "client_id": "web",
                "jti": format!("0d9b-{number}"), "iat": now, "exp": now + 3600,
                "scope": "openid profile orders:read orders:write", "roles": ["clerk", "auditor"],
            });
            jsonwebtoken::encode(&header, &claims, &self.signs).unwrap()
        };
        (0..TOKENS).map(token).collect()
    }
}

fn call<S, R>(app: &S, request: R)
where
    S: Service<R, Response = ServiceResponse<BoxBody>, Error = Error>,
{
    // Nothing of it waits, so one poll is all.
    let response = app.call(request).now_or_never().unwrap().unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let system = System::new();
    let mut rows = Vec::new();
    for pair in pairs() {
        let (name, tokens) = (pair.name, pair.tokens());
        let authorizer = pair.authorizer();
        let app = App::new().app_data(authorizer).service(bare_handler).service(our_handler);
        let app = system.block_on(test::init_service(app));
        let turn = Cell::new(0);
        let next = || {
            turn.set((turn.get() + 1) % TOKENS);
            &*tokens[turn.get()]
        };
        let mut group = criterion.benchmark_group(name);
        let mut validation = Validation::new(pair.algorithm());
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        group.bench_function("decode", |bencher| {
            bencher.iter_batched(
                next,
                |token| {
                    jsonwebtoken::decode::<Map<String, Value>>(token, &pair.decodes, &validation).unwrap()
                },
                BATCH,
            );
        });
        group.bench_function("bare", |bencher| {
            bencher.iter_batched(
                || request("/bare", next()).to_request(),
                |request| call(&app, request),
                BATCH,
            );
        });
        group.bench_function("first seen", |bencher| {
            bencher.iter_batched(
                || request("/ours", next()).to_request(),
                |request| call(&app, request),
                BATCH,
            );
        });
        group.bench_function("repeated", |bencher| {
            bencher.iter_batched(
                || request("/ours", &tokens[0]).to_request(),
                |request| call(&app, request),
                BATCH,
            );
        });
        group.finish();
        rows.push(name);
    }
    print_table(&rows);
    let pair = &pairs()[1];
    let (tokens, authorizer) = (pair.tokens(), pair.authorizer());
    for (what, both) in
        [("the same token", [&tokens[0], &tokens[0]]), ("a token each", [&tokens[0], &tokens[1]])]
    {
        // The best of some, because the machine has other things to do now and then.
        let ratios = (0..5).map(|_| 2.0 * work(&authorizer, &both[..1]) / work(&authorizer, &both));
        println!("two workers with {what}: {:.2} times the requests of one", ratios.fold(0.0, f64::max));
    }
}

/// How long workers take that repeat one token each, in seconds.
fn work(authorizer: &Authorizer, tokens: &[&String]) -> f64 {
    const REQUESTS: usize = 100_000;

    let begin = Barrier::new(tokens.len());
    let worker = |token: &str| {
        let app = App::new().app_data(authorizer.clone()).service(our_handler);
        let app = System::new().block_on(test::init_service(app));
        begin.wait();
        let start = Instant::now();
        for _ in 0..REQUESTS {
            call(&app, request("/ours", token).to_request());
        }
        start.elapsed().as_secs_f64()
    };
    thread::scope(|scope| {
        let workers: Vec<_> = tokens.iter().map(|token| scope.spawn(|| worker(token))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).fold(0.0, f64::max)
    })
}

fn request(path: &str, token: &str) -> test::TestRequest {
    test::TestRequest::get().uri(path).insert_header(("authorization", format!("Bearer {token}")))
}

fn print_table(rows: &[&str]) {
    println!(
        "\nalg     decode     bare  first seen  repeated   (first − bare) / decode  repeated / bare  repeated − bare"
    );
    for name in rows {
        let [decode, bare, first, repeated] =
            ["decode", "bare", "first seen", "repeated"].map(|row| median(name, row));
        println!(
            "{name:5} {decode:6.0} ns {bare:5.0} ns {first:8.0} ns {repeated:6.0} ns {:25.2} {:16.2} {:13.0} ns",
            (first - bare) / decode,
            repeated / bare,
            repeated - bare
        );
    }
}

/// What criterion found out, in nanoseconds.
fn median(group: &str, row: &str) -> f64 {
    let folder = std::env::var("CARGO_TARGET_DIR")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../target").to_owned());
    let path = Path::new(&folder).join("criterion").join(group).join(row).join("new/estimates.json");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let estimates: Value = serde_json::from_str(&text).unwrap_or_default();
    estimates["median"]["point_estimate"].as_f64().unwrap_or(f64::NAN)
}
