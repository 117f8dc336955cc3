//! The memory of remembered tokens keeps to its bound, however many tokens there are.
#![forbid(unsafe_code)]
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use actix_web::{App, dev::Service as _, get, http::StatusCode, test};
use auth_runtime::{Authorizer, require_auth, settings::TokenCache};
use auth_tests::{Issuer, Token, report};

const MIB: u64 = 1024 * 1024;
/// The bytes by which the process may grow beyond the bound, because the cache estimates and the allocator takes a
/// share.
const ALLOWANCE: u64 = 12 * MIB;

/// Returns the memory that this process uses.
fn resident() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

#[require_auth]
#[get("/probe")]
async fn probe() -> &'static str {
    ""
}

/// Presents `count` tokens, each one once. Returns how much more memory the process uses afterwards than at its
/// `start`.
async fn present(bytes: u64, count: usize, start: u64) -> u64 {
    let cache = TokenCache::new().max_entries(u64::MAX).max_bytes(bytes);
    let authorizer =
        Authorizer::builder().bearer(Issuer::default().jwt()).token_cache(cache).build().unwrap();
    let app = App::new().app_data(authorizer).service(probe);
    let app = test::init_service(app).await;
    for number in 0..count {
        let token = Token::of(&format!("user-{number}")).claim("scope", "orders:read orders:write").signed();
        let field = ("authorization", format!("Bearer {token}"));
        let request = test::TestRequest::get().uri("/probe").insert_header(field).to_request();
        assert_eq!(app.call(request).await.unwrap().status(), StatusCode::OK);
    }
    resident().saturating_sub(start)
}

#[actix_web::test]
async fn what_is_remembered_keeps_to_its_bound() {
    let start = resident();
    // A release build verifies a million tokens in a few seconds.
    let counts = if cfg!(debug_assertions) { [10_000, 40_000] } else { [100_000, 1_000_000] };
    // The smaller count comes first, because memory that was used once may stay with the process.
    for bytes in [8 * MIB, 64 * MIB] {
        for count in counts {
            let grown = present(bytes, count, start).await;
            report(&format!("{count} tokens with room for {} MiB: {} MiB more", bytes / MIB, grown / MIB));
            assert!(grown <= bytes + ALLOWANCE, "{grown} bytes");
        }
    }
}
