//! Every shape of handler in `ui/pass`, asked by callers who are allowed in and by callers who are not.

use auth_tests::{Issuer, Server, Token, wire::bearer};

macro_rules! shapes {
    ($($name:ident in $file:literal)+) => {
        $(
            #[path = $file]
            #[allow(dead_code, unreachable_pub, unused_qualifications, reason = "it is a program of its own")]
            #[allow(clippy::pedantic, clippy::allow_attributes_without_reason, reason = "it is a program of its own")]
            mod $name;

            #[test]
            fn $name() {
                exercise($name::routes, $name::REQUESTS);
            }
        )+

        /// Every shape is also asked, because compiling alone does not test it.
        #[test]
        fn all_are_exercised() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/pass");
            let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
            let mut files: Vec<_> = files.map(|file| format!("../ui/pass/{file}")).collect();
            files.sort();
            assert_eq!(files, [$($file),+]);
        }
    };
}

shapes! {
    above_the_route in "../ui/pass/above_the_route.rs"
    accesses in "../ui/pass/accesses.rs"
    actions in "../ui/pass/actions.rs"
    arguments in "../ui/pass/arguments.rs"
    attributes in "../ui/pass/attributes.rs"
    below_the_route in "../ui/pass/below_the_route.rs"
    derived_names in "../ui/pass/derived_names.rs"
    generics in "../ui/pass/generics.rs"
    inside in "../ui/pass/inside.rs"
    issuers_and_schemes in "../ui/pass/issuers_and_schemes.rs"
    local in "../ui/pass/local.rs"
    patterns in "../ui/pass/patterns.rs"
    plain_function in "../ui/pass/plain_function.rs"
    private_types in "../ui/pass/private_types.rs"
    renamed_crate in "../ui/pass/renamed_crate.rs"
    results in "../ui/pass/results.rs"
    scope_module in "../ui/pass/scope_module.rs"
    several_methods in "../ui/pass/several_methods.rs"
    streaming in "../ui/pass/streaming.rs"
    typed_names in "../ui/pass/typed_names.rs"
}

fn exercise(routes: fn(&mut actix_web::web::ServiceConfig), requests: &[(&str, &str, &str)]) {
    let authorizer = Issuer::default().authorizer();
    let server = Server::start(move |config| {
        config.app_data(authorizer.clone()).configure(routes);
    });
    let alice = bearer(Token::alice().signed());
    let stranger = bearer(Token::of("stranger").signed());
    let expired = bearer(Token::expired().signed());
    for (method, path, answer) in requests {
        let status = |lines: &[&str]| server.send(method, path, lines).status();
        assert_eq!(status(&[]), 401, "{method} {path} without a credential");
        assert_eq!(status(&[&expired]), 401, "{method} {path} with an expired one");
        assert_eq!(status(&[&stranger]), 403, "{method} {path} without the scope");
        assert_eq!(status(&[&alice, &alice]), 400, "{method} {path} with two");
        let response = server.send(method, path, &[&alice]);
        assert_eq!((response.status(), response.text().as_str()), (200, *answer), "{method} {path}");
    }
}
