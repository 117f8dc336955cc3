use auth_runtime::Scope;

const ORDERS: Scope = Scope::new("orders read");

fn main() {
    println!("{}", ORDERS.name());
}
