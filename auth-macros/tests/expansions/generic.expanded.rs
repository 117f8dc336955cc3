#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __list_annotation<S, const N: usize>
where
    S: Store + 'static,
{
    Never(::core::convert::Infallible, ::core::marker::PhantomData<fn() -> (S,)>),
}

impl<S, const N: usize> ::auth_runtime::__private::Takes2 for __list_annotation<S, N>
where
    S: Store + 'static,
{
    type A = web::Data<S>;
    type B = web::Query<Page>;
}

impl<S, const N: usize> ::auth_runtime::__private::Annotation for __list_annotation<S, N>
where
    S: Store + 'static,
{
    type Signature = ::auth_runtime::__private::Signature2<Self>;
    const ARGUMENTS: &'static [::auth_runtime::__private::ArgumentKind] = {
        #[allow(unused_imports)]
        use ::auth_runtime::__private::AnyArgument as _;
        &[
            ::auth_runtime::__private::Argument::<web::Data<S>>::KIND,
            ::auth_runtime::__private::Argument::<web::Query<Page>>::KIND,
        ]
    };
    const STATEMENT: ::auth_runtime::__private::Statement = ::auth_runtime::__private::Statement::Require {
        requirement: ::auth_runtime::__private::Requirement::any(
            &[
                ::auth_runtime::__private::Requirement::role("admin"),
                ::auth_runtime::__private::Requirement::of_scope(Orders::Read.as_scope()),
            ],
        ),
        hide: ::auth_runtime::__private::Hide::Never,
    };
    const LOCATION: ::auth_runtime::__private::Location = ::auth_runtime::__private::here();
    const CHECKED: () = {
        ::auth_runtime::__private::check(
            <Self as ::auth_runtime::__private::Annotation>::ARGUMENTS,
            0,
        );
        ::auth_runtime::__private::check(
            <Self as ::auth_runtime::__private::Annotation>::ARGUMENTS,
            1,
        );
    };
}

fn list<S, const N: usize>(
    __authorized: ::auth_runtime::__private::Authorized<__list_annotation<S, N>>,
) -> impl ::core::future::Future<
    Output = ::auth_runtime::__private::Returned<impl Responder>,
>
where
    S: Store + 'static,
{
    #[allow(clippy::unused_async)]
    async fn list<S, const N: usize>(
        store: web::Data<S>,
        page: web::Query<Page>,
    ) -> impl Responder
    where
        S: Store + 'static,
    {
        store.list::<N>(&page)
    }
    __authorized.call(list::<S, N>)
}
