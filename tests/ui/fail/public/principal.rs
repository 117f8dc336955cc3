use auth_runtime::{Principal, public};

#[public("a greeting")]
#[actix_web::get("/greeting")]
async fn greet(who: Principal) -> String {
    format!("{who:?}")
}

type Caller = Principal;

#[public("a greeting")]
async fn again(who: Caller) -> String {
    format!("{who:?}")
}

#[public("a greeting")]
async fn claims(who: auth_runtime::Claims<u8>) -> String {
    format!("{who:?}")
}

fn main_routes() {}

fn main() {}
