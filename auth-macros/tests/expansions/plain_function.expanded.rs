#[doc(hidden)]
#[allow(non_camel_case_types)]
pub enum __me_annotation {}

impl ::auth_runtime::__private::Takes1 for __me_annotation {
    type A = Principal;
}

impl ::auth_runtime::__private::Annotation for __me_annotation {
    type Signature = ::auth_runtime::__private::Signature1<Self>;
    const ARGUMENTS: &'static [::auth_runtime::__private::ArgumentKind] = {
        #[allow(unused_imports)]
        use ::auth_runtime::__private::AnyArgument as _;
        &[::auth_runtime::__private::Argument::<Principal>::KIND]
    };
    const STATEMENT: ::auth_runtime::__private::Statement = ::auth_runtime::__private::Statement::Require {
        requirement: ::auth_runtime::__private::Requirement::authenticated(),
        hide: ::auth_runtime::__private::Hide::Never,
    };
    const LOCATION: ::auth_runtime::__private::Location = ::auth_runtime::__private::here();
}

const _: () = {
    ::auth_runtime::__private::check(
        <__me_annotation as ::auth_runtime::__private::Annotation>::ARGUMENTS,
        0,
    );
};

pub fn me(
    __authorized: ::auth_runtime::__private::Authorized<__me_annotation>,
) -> impl ::core::future::Future<Output = ::auth_runtime::__private::Returned<String>> {
    #[allow(clippy::unused_async)]
    async fn me(principal: Principal) -> String {
        principal.to_string()
    }
    __authorized.call(me)
}
