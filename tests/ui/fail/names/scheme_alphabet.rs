use auth_runtime::require;

#[require(scheme(""))]
async fn empty() {}

#[require(scheme("My Session"))]
async fn space() {}

#[require(scheme("Sitzungsschlüssel"))]
async fn letter() {}

#[require(scheme())]
async fn nothing() {}

fn main() {}
