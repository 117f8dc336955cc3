#[allow(unused_imports)]
use delete as _;

/// Cancels an order.
#[allow(non_upper_case_globals, unreachable_pub)]
pub const cancel: ::auth_runtime::__private::RoutedHandler = {
    #[allow(unused_imports)]
    use ::auth_runtime::__private::AnyArgument as _;
    #[allow(clippy::unused_async)]
    async fn cancel(principal: Principal, id: web::Path<u64>) -> impl Responder {
        store::cancel(&principal, *id).await
    }
    let __kinds: &[::auth_runtime::__private::ArgumentKind] = &[
        ::auth_runtime::__private::Argument::<Principal>::KIND,
        ::auth_runtime::__private::Argument::<web::Path<u64>>::KIND,
    ];
    ::auth_runtime::__private::check_unsafe(__kinds, 0, "DELETE");
    ::auth_runtime::__private::check_unsafe(__kinds, 1, "DELETE");
    ::auth_runtime::__private::RoutedHandler(
        &::auth_runtime::__private::routed2::<
            Principal,
            web::Path<u64>,
        >(
            [::core::module_path!(), "cancel"],
            &[
                ::auth_runtime::__private::Route {
                    path: "/orders/{id}",
                    methods: &["DELETE"],
                    name: "cancel",
                    guards: &[],
                },
            ],
            ::auth_runtime::__private::Statement::Require {
                requirement: ::auth_runtime::__private::Requirement::scope(
                    "orders:write",
                ),
                hide: ::auth_runtime::__private::Hide::Unauthorized,
            },
            __kinds,
            |__request, __arguments| ::auth_runtime::__private::respond(
                __request,
                cancel(__arguments.0, __arguments.1),
            ),
        ),
    )
};
