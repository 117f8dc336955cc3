//! Open services, and authorizers of groups.

use actix_web::{HttpResponse, http::Method, web};
use auth_runtime::{Authorizer, Group, Routes};
use auth_tests::Token;

use super::{api, generic, list, serve};

#[test]
fn an_open_service_takes_nothing_from_others() {
    let server = serve(|routes: &mut Routes<'_>| {
        routes.public_service(
            "/",
            "everything else",
            web::scope("").default_service(web::to(HttpResponse::Ok)),
        );
        routes.service(list);
    });
    assert_eq!((server.get("/orders", &[]).status(), server.get("/other", &[]).status()), (401, 200));
}

#[test]
fn no_text_breaks_out_of_its_cell() {
    let api = api(|routes: &mut Routes<'_>| {
        routes.public_service("/a`|b", "one\nGET  /fake  authenticated\r\n", web::resource("/a"));
    });
    let api = api.unwrap();
    assert_eq!(api.endpoints().to_string().lines().count(), 2);
    let markdown = api.endpoints().to_markdown();
    assert_eq!(markdown.lines().count(), 3);
    assert!(markdown.contains(r"`/a'\|b`"), "{markdown}");
}

#[test]
fn a_group_may_have_an_authorizer_of_its_own() {
    let own = |credential: &auth_runtime::Credential<'_>| match credential.value() {
        "inner" => Ok(auth_runtime::Principal::builder().build()),
        _ => Err(auth_runtime::InvalidCredential::Signature.into()),
    };
    let inner = Authorizer::builder().realm("inner").bearer(own).build().unwrap();
    let server = serve(move |routes: &mut Routes<'_>| {
        routes.group(Group::new("/group").authorizer(&inner), |group| {
            group.route("/count", Method::GET, generic::<u32>);
        });
        routes.route("/count", Method::GET, generic::<u32>);
    });
    let alice = Token::alice().signed();
    assert_eq!(
        (server.get_as("/count", &alice).status(), server.get_as("/group/count", &alice).status()),
        (200, 401)
    );
    assert_eq!(
        (server.get_as("/count", "inner").status(), server.get_as("/group/count", "inner").status()),
        (401, 200)
    );
}
