#[allow(unused_imports)]
use post as _;

#[allow(missing_docs)]
#[allow(non_upper_case_globals, unreachable_pub)]
pub const cancel: ::auth_runtime::__private::RoutedHandler = {
    #[allow(unused_imports)]
    use ::auth_runtime::__private::AnyArgument as _;
    #[allow(clippy::unused_async)]
    async fn cancel(
        order: Access<Order, Cancel>,
        reason: web::Json<Reason>,
    ) -> impl Responder {
        order.into_inner().cancel(&reason).await
    }
    let __kinds: &[::auth_runtime::__private::ArgumentKind] = &[
        ::auth_runtime::__private::Argument::<Access<Order, Cancel>>::KIND,
        ::auth_runtime::__private::Argument::<web::Json<Reason>>::KIND,
    ];
    ::auth_runtime::__private::check_unsafe(__kinds, 0, "POST");
    ::auth_runtime::__private::check_unsafe(__kinds, 1, "POST");
    ::auth_runtime::__private::RoutedHandler(
        &::auth_runtime::__private::routed2::<
            Access<Order, Cancel>,
            web::Json<Reason>,
        >(
            [::core::module_path!(), "cancel"],
            &[
                ::auth_runtime::__private::Route {
                    path: "/orders/{id}/cancellation",
                    methods: &["POST"],
                    name: "cancel",
                    guards: &[],
                },
            ],
            ::auth_runtime::__private::Statement::Require {
                requirement: ::auth_runtime::__private::Requirement::authenticated(),
                hide: ::auth_runtime::__private::Hide::Never,
            },
            __kinds,
            |__request, __arguments| ::auth_runtime::__private::respond(
                __request,
                cancel(__arguments.0, __arguments.1),
            ),
        ),
    )
};
