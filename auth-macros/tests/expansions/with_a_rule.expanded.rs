#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __change_annotation {}

impl ::auth_runtime::__private::Takes2 for __change_annotation {
    type A = web::Path<u64>;
    type B = web::Json<Change>;
}

impl ::auth_runtime::__private::Annotation for __change_annotation {
    type Signature = ::auth_runtime::__private::Signature2<Self>;
    const ARGUMENTS: &'static [::auth_runtime::__private::ArgumentKind] = {
        #[allow(unused_imports)]
        use ::auth_runtime::__private::AnyArgument as _;
        &[
            ::auth_runtime::__private::Argument::<web::Path<u64>>::KIND,
            ::auth_runtime::__private::Argument::<web::Json<Change>>::KIND,
        ]
    };
    const STATEMENT: ::auth_runtime::__private::Statement = ::auth_runtime::__private::Statement::Require {
        requirement: ::auth_runtime::__private::Requirement::scope("orders:write"),
        hide: ::auth_runtime::__private::Hide::Never,
    };
    const LOCATION: ::auth_runtime::__private::Location = ::auth_runtime::__private::here();
    const RULE: ::core::option::Option<&'static str> = ::core::option::Option::Some(
        "is_open(order, principal)",
    );
    async fn ask(
        __arguments: ::auth_runtime::__private::Arguments<Self>,
        __principal: ::auth_runtime::__private::Principal,
    ) -> (
        ::auth_runtime::__private::Arguments<Self>,
        ::auth_runtime::__private::Decision,
    ) {
        let __decision = ::auth_runtime::__private::decide(
                is_open(&__arguments.0, &__principal),
            )
            .await;
        (__arguments, __decision)
    }
}

const _: () = {
    ::auth_runtime::__private::check::<__change_annotation>(0);
    ::auth_runtime::__private::check::<__change_annotation>(1);
};

impl ::auth_runtime::__private::Handles for __change_annotation {
    fn call(
        __request: ::auth_runtime::__private::Request,
        __arguments: ::auth_runtime::__private::Arguments<Self>,
    ) -> ::auth_runtime::__private::Responding {
        #[allow(clippy::unused_async)]
        async fn change(
            order: web::Path<u64>,
            web::Json(change): web::Json<Change>,
        ) -> impl Responder {
            let _ = &order;
            #[allow(unused_braces, clippy::let_and_return)]
            { store::change(*order, change).await }
        }
        ::auth_runtime::__private::respond(
            __request,
            change(__arguments.0, __arguments.1),
        )
    }
}

#[allow(missing_docs, non_camel_case_types, unreachable_pub)]
pub struct change;

impl ::auth_runtime::__private::AnnotatedService for change {
    const INFO: ::auth_runtime::__private::HandlerInfo = ::auth_runtime::__private::HandlerInfo::of::<
        __change_annotation,
    >();
    const ROUTES: &'static [::auth_runtime::__private::Route] = &[
        ::auth_runtime::__private::Route {
            path: "/orders/{id}",
            methods: &["PUT"],
            name: "change",
            guards: &[],
        },
    ];
}

impl ::auth_runtime::__private::HttpServiceFactory for change {
    fn register(self, __config: &mut ::auth_runtime::__private::AppService) {
        #[allow(unused_imports)]
        use put as _;
        ::auth_runtime::__private::register::<
            __change_annotation,
        >(<Self as ::auth_runtime::__private::AnnotatedService>::ROUTES, __config)
    }
}
