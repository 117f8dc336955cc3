//! SE: one person with several credentials.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::{App, cookie::Key, get, post};
use auth_runtime::{
    Api, Authorizer, Denied, Principal, Refusal, TestIssuer,
    api_key::{ApiKey, ApiKeys, StoredKey},
    basic::{Basic, StoredUser},
    public, require_auth,
    revocation::RevocationList,
    session::{MemoryStore, Session, Sessions},
};
use auth_tests::Server;
use base64::{Engine as _, engine::general_purpose::STANDARD};

const ISSUER: &str = "https://issuer.test";
/// When the credentials were made, in seconds since 1970.
const MADE: u64 = 1_700_000_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[public("callers who log in have no session yet")]
#[post("/login")]
async fn login(session: Session) -> Result<&'static str, Denied> {
    session.begin("alice")?;
    Ok("welcome")
}

#[require_auth]
#[get("/me")]
async fn me(principal: Principal) -> String {
    let id = principal.id().unwrap();
    format!("{} {} by {}", id.issuer(), id.subject(), principal.scheme().unwrap())
}

#[test]
fn se_01_one_person_is_the_same_by_all_ways_and_logged_out_everywhere() {
    let alice = || Principal::builder().subject("alice").build();
    let key = ApiKey::generate("ord").unwrap();
    let stored = StoredKey::new(key.digest(), alice()).made_at(at(MADE));
    let keys = ApiKeys::new("ord", move |_: &str| Ok(Some(stored.clone()))).issuer(ISSUER);
    let user = StoredUser::new(Basic::hash("secret").unwrap(), alice()).set_at(at(MADE));
    let passwords = Basic::new(move |_: &str| Ok(Some(user.clone()))).issuer(ISSUER);
    let sessions = Sessions::new(MemoryStore::new(), Key::from(&[7; 64])).clock(|| at(MADE));
    let by_session = sessions.scheme(async |name: String| {
        actix_web::rt::task::yield_now().await;
        Ok::<_, Refusal>(Principal::builder().subject(name).build())
    });
    let (issuer, revoked) = (TestIssuer::new(), RevocationList::new());
    let authorizer = Authorizer::builder()
        .bearer(issuer.jwt().build().unwrap())
        .scheme(keys.header("x-api-key"))
        .scheme(by_session.issuer(ISSUER))
        .scheme(passwords.clone())
        .revocations(revoked.clone())
        .build()
        .unwrap();
    let api = Api::new(authorizer, |routes| {
        routes.service(login).service(me);
    })
    .unwrap();
    let server = Server::run(move || App::new().configure(api.routes()).wrap(sessions.middleware()));

    let session = crate::sessions::cookie(&server.send("POST", "/login", &[]));
    let lines = [
        (format!("authorization: {}", issuer.token("alice").claim("iat", MADE).authorization().1), "Bearer"),
        (format!("x-api-key: {}", key.text()), "ApiKey"),
        (format!("authorization: Basic {}", STANDARD.encode("alice:secret")), "Basic"),
        (session, "Session"),
    ];
    for (line, scheme) in &lines {
        assert_eq!(server.get("/me", &[line]).text(), format!("{ISSUER} alice by {scheme}"));
    }
    // What was made later than the revocation stays.
    for (until, status) in [(MADE - 1, 200), (MADE, 401)] {
        revoked.revoke_subject(ISSUER, "alice", at(until)).unwrap();
        for (line, scheme) in &lines {
            assert_eq!(server.get("/me", &[line]).status(), status, "{scheme}");
        }
    }
    assert!(
        revoked.revoke_subject("https://other.example", "alice", at(MADE)).is_err(),
        "all issuers are known"
    );
    let person = actix_web::rt::System::new().block_on(passwords.verify("alice", "secret")).unwrap();
    assert_eq!(person.issuer(), Some(ISSUER));
}
