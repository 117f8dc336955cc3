#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __cancel_annotation {}

impl ::auth_runtime::__private::Takes2 for __cancel_annotation {
    type A = Access<Order, Cancel>;
    type B = web::Json<Reason>;
}

impl ::auth_runtime::__private::Annotation for __cancel_annotation {
    type Signature = ::auth_runtime::__private::Signature2<Self>;
    const ARGUMENTS: &'static [::auth_runtime::__private::ArgumentKind] = {
        #[allow(unused_imports)]
        use ::auth_runtime::__private::AnyArgument as _;
        &[
            ::auth_runtime::__private::Argument::<Access<Order, Cancel>>::KIND,
            ::auth_runtime::__private::Argument::<web::Json<Reason>>::KIND,
        ]
    };
    const STATEMENT: ::auth_runtime::__private::Statement = ::auth_runtime::__private::Statement::Require {
        requirement: ::auth_runtime::__private::Requirement::authenticated(),
        hide: ::auth_runtime::__private::Hide::Never,
    };
    const LOCATION: ::auth_runtime::__private::Location = ::auth_runtime::__private::here();
}

const _: () = {
    ::auth_runtime::__private::check::<__cancel_annotation>(0);
    ::auth_runtime::__private::check::<__cancel_annotation>(1);
};

impl ::auth_runtime::__private::Handles for __cancel_annotation {
    fn call(
        __request: ::auth_runtime::__private::Request,
        __arguments: ::auth_runtime::__private::Arguments<Self>,
    ) -> ::auth_runtime::__private::Responding {
        #[allow(clippy::unused_async)]
        async fn cancel(
            order: Access<Order, Cancel>,
            reason: web::Json<Reason>,
        ) -> impl Responder {
            order.into_inner().cancel(&reason).await
        }
        ::auth_runtime::__private::respond(
            __request,
            cancel(__arguments.0, __arguments.1),
        )
    }
}

#[allow(missing_docs, non_camel_case_types, unreachable_pub)]
pub struct cancel;

impl ::auth_runtime::__private::AnnotatedService for cancel {
    const INFO: ::auth_runtime::__private::HandlerInfo = ::auth_runtime::__private::HandlerInfo::of::<
        __cancel_annotation,
    >();
    const ROUTES: &'static [::auth_runtime::__private::Route] = &[
        ::auth_runtime::__private::Route {
            path: "/orders/{id}/cancellation",
            methods: &["POST"],
            name: "cancel",
            guards: &[],
        },
    ];
}

impl ::auth_runtime::__private::HttpServiceFactory for cancel {
    fn register(self, __config: &mut ::auth_runtime::__private::AppService) {
        #[allow(unused_imports)]
        use post as _;
        ::auth_runtime::__private::register::<
            __cancel_annotation,
        >(<Self as ::auth_runtime::__private::AnnotatedService>::ROUTES, __config)
    }
}
