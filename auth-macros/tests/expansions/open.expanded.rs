#[allow(unused_imports)]
use get as _;

#[allow(missing_docs)]
#[allow(non_upper_case_globals, unreachable_pub)]
pub const health: ::auth_runtime::__private::RoutedHandler = {
    #[allow(clippy::unused_async)]
    async fn health() -> &'static str {
        "ok"
    }
    let __kinds: &[::auth_runtime::__private::ArgumentKind] = &[];
    ::auth_runtime::__private::RoutedHandler(
        &::auth_runtime::__private::routed0(
            [::core::module_path!(), "health"],
            &[
                ::auth_runtime::__private::Route {
                    path: "/health",
                    methods: &["GET"],
                    name: "health",
                    guards: &[],
                },
            ],
            ::auth_runtime::__private::Statement::Public {
                reason: "the load balancer polls it",
            },
            __kinds,
            |__request, __arguments| ::auth_runtime::__private::respond(
                __request,
                health(),
            ),
        ),
    )
};
