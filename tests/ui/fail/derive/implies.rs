use auth_runtime::Scopes;

#[derive(Scopes)]
enum Orders {
    #[wire("orders", implies = [Write, Raed, Shipment])]
    All,
    #[wire("orders:write", implies = [Read])]
    Write,
    #[wire("orders:read", implies = [All])]
    Read,
    #[wire("self", implies = [Narcissus])]
    Narcissus,
}

fn main() {}
