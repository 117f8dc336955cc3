#[allow(unused_imports)]
use put as _;

#[allow(missing_docs)]
#[allow(non_upper_case_globals, unreachable_pub)]
pub const change: ::auth_runtime::__private::RoutedHandler = {
    #[allow(unused_imports)]
    use ::auth_runtime::__private::AnyArgument as _;
    #[allow(clippy::unused_async)]
    async fn change(
        order: web::Path<u64>,
        web::Json(change): web::Json<Change>,
    ) -> impl Responder {
        let _ = &order;
        #[allow(unused_braces, clippy::let_and_return)]
        { store::change(*order, change).await }
    }
    let __kinds: &[::auth_runtime::__private::ArgumentKind] = &[
        ::auth_runtime::__private::Argument::<web::Path<u64>>::KIND,
        ::auth_runtime::__private::Argument::<web::Json<Change>>::KIND,
    ];
    ::auth_runtime::__private::check_unsafe(__kinds, 0, "PUT");
    ::auth_runtime::__private::check_unsafe(__kinds, 1, "PUT");
    ::auth_runtime::__private::RoutedHandler(
        &::auth_runtime::__private::routed2::<
            web::Path<u64>,
            web::Json<Change>,
        >(
                [::core::module_path!(), "change"],
                &[
                    ::auth_runtime::__private::Route {
                        path: "/orders/{id}",
                        methods: &["PUT"],
                        name: "change",
                        guards: &[],
                    },
                ],
                ::auth_runtime::__private::Statement::Require {
                    requirement: ::auth_runtime::__private::Requirement::scope(
                        "orders:write",
                    ),
                    hide: ::auth_runtime::__private::Hide::Never,
                },
                __kinds,
                |__request, __arguments| ::auth_runtime::__private::respond(
                    __request,
                    change(__arguments.0, __arguments.1),
                ),
            )
            .when(
                ::auth_runtime::__private::Rule::new(
                    "is_open(order, principal)",
                    |__request, __arguments| {
                        ::auth_runtime::__private::ask(
                            __request,
                            __arguments,
                            |__arguments, __principal| async move {
                                let __decision = ::auth_runtime::__private::decide(
                                        is_open(&__arguments.0, &__principal),
                                    )
                                    .await;
                                (__arguments, __decision)
                            },
                        )
                    },
                ),
            ),
    )
};
