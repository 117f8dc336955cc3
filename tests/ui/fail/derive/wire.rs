use auth_runtime::Scopes;

#[derive(Scopes)]
enum Orders {
    Read,
    #[wire]
    Write,
    #[wire("a")]
    #[wire("b")]
    Twice,
    #[wire("c", implied = [Read])]
    Misspelt,
    #[wire(Read)]
    NoText,
}

fn main() {}
