#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __health_annotation {}

impl ::auth_runtime::__private::Annotation for __health_annotation {
    type Signature = ();
    const ARGUMENTS: &'static [::auth_runtime::__private::ArgumentKind] = &[];
    const STATEMENT: ::auth_runtime::__private::Statement = ::auth_runtime::__private::Statement::Public {
        reason: "the load balancer polls it",
    };
    const LOCATION: ::auth_runtime::__private::Location = ::auth_runtime::__private::here();
}

impl ::auth_runtime::__private::Handles for __health_annotation {
    fn call(
        __request: ::auth_runtime::__private::Request,
        __arguments: ::auth_runtime::__private::Arguments<Self>,
    ) -> ::auth_runtime::__private::Responding {
        #[allow(clippy::unused_async)]
        async fn health() -> &'static str {
            "ok"
        }
        ::auth_runtime::__private::respond(__request, health())
    }
}

#[allow(missing_docs, non_camel_case_types, unreachable_pub)]
pub struct health;

impl ::auth_runtime::__private::AnnotatedService for health {
    const INFO: ::auth_runtime::__private::HandlerInfo = ::auth_runtime::__private::HandlerInfo::of::<
        __health_annotation,
    >();
    const ROUTES: &'static [::auth_runtime::__private::Route] = &[
        ::auth_runtime::__private::Route {
            path: "/health",
            methods: &["GET"],
            name: "health",
            guards: &[],
        },
    ];
}

impl ::auth_runtime::__private::HttpServiceFactory for health {
    fn register(self, __config: &mut ::auth_runtime::__private::AppService) {
        #[allow(unused_imports)]
        use get as _;
        ::auth_runtime::__private::register::<
            __health_annotation,
        >(<Self as ::auth_runtime::__private::AnnotatedService>::ROUTES, __config)
    }
}
