use auth_runtime::Scopes;

#[derive(Scopes)]
enum Nothing {}

#[derive(Scopes)]
enum Parameters<T> {
    #[wire("a")]
    A,
    #[wire("b")]
    B(T),
}

#[derive(Scopes)]
#[wire("orders")]
enum Enum {
    #[wire("a")]
    A,
}

fn main() {}
