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

impl ::auth_runtime::__private::AnnotatedService for health {
    const INFO: ::auth_runtime::__private::HandlerInfo = ::auth_runtime::__private::HandlerInfo::of::<
        __health_annotation,
    >();
    const ROUTES: &'static [::auth_runtime::__private::Route] = &[
        ::auth_runtime::__private::Route {
            path: "/health",
            methods: &["GET"],
            guarded: false,
        },
    ];
}

#[get("/health")]
fn health(
    __authorized: ::auth_runtime::__private::Authorized<__health_annotation>,
) -> impl ::core::future::Future<Output = &'static str> {
    #[allow(clippy::unused_async)]
    async fn health() -> &'static str {
        "ok"
    }
    __authorized.call(health)
}
