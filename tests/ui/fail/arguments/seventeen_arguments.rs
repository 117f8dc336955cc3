use auth_runtime::require_auth;

#[require_auth]
async fn list(_a: String, _b: String, _c: String, _d: String, _e: String, _f: String, _g: String, _h: String, _i: String, _j: String, _k: String, _l: String, _m: String, _n: String, _o: String, _p: String, _q: String) {}

fn main() {}
