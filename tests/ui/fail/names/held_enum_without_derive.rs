use auth_runtime::Principal;

enum Permission {
    OrdersRead,
}

fn may_read(principal: &Principal) -> bool {
    principal.holds(Permission::OrdersRead)
}

fn main() {
    may_read(&Principal::builder().build());
}
