//! Random requirements of groups and handlers: what the matrix says is what a request is answered.

use actix_web::{
    App,
    http::header::AUTHORIZATION,
    rt::System,
    test::{TestRequest, call_service, init_service},
};
use auth_runtime::{
    __private::{Route, RoutedHandler, Statement, respond, routed0},
    Api, Authorizer, Credential, Group, Hide, Principal, Refusal, Routes, Scheme,
    endpoints::Verdict,
};
use proptest::prelude::*;

use super::{Held, Tree, held, principal, trees};

/// What a group or a handler asks for, and from whom it is hidden.
type Level = (Tree, Hide);

fn hides() -> impl Strategy<Value = Hide> {
    prop_oneof![Just(Hide::Never), Just(Hide::Unauthorized), Just(Hide::Anonymous)]
}

/// A route: the groups around it, from the outermost inwards, and what it asks for itself; `None` is public.
fn routes() -> impl Strategy<Value = (Vec<Level>, Option<Level>)> {
    (prop::collection::vec((trees(), hides()), 0..3), prop::option::weighted(0.8, (trees(), hides())))
}

/// Registers the handler inside the groups.
fn register(routes: &mut Routes<'_>, groups: &[Level], handler: RoutedHandler) {
    let Some(((tree, hide), inner)) = groups.split_first() else {
        routes.service(handler);
        return;
    };
    let requirement = routes.authorizer().require(tree.requirement()).hide(*hide);
    routes.group(Group::new("/group").wrap(requirement), |routes| register(routes, inner, handler));
}

/// Makes a handler that answers `/route`. Handlers are constants, so it is leaked.
fn handler(own: Option<&Level>) -> RoutedHandler {
    const ROUTES: &[Route] = &[Route { path: "/route", methods: &["GET"], name: "route", guards: &[] }];
    let statement = match own {
        None => Statement::Public { reason: "the test says so" },
        Some((tree, hide)) => Statement::Require { requirement: tree.requirement(), hide: *hide },
    };
    let call = |request, ()| respond(request, async { "in" });
    RoutedHandler(Box::leak(Box::new(routed0(["tests", "route"], ROUTES, statement, &[], call))))
}

fn expected(verdict: &Verdict) -> u16 {
    match verdict {
        Verdict::Allowed => 200,
        Verdict::Unauthorized => 401,
        Verdict::Forbidden => 403,
        Verdict::NotFound => 404,
        verdict => unreachable!("nothing depends on a resource here: {verdict:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_verdict_is_what_a_request_is_answered(
        (groups, own) in routes(),
        held in held(),
        reads_the_connection in prop::bool::weighted(0.2),
    ) {
        // The authorizer sets the scheme.
        let caller = principal(&Held { scheme: Some(0), ..held });
        let proven = caller.clone();
        let prove = move |credential: &Credential<'_>| match credential.value() {
            "good" => Ok(proven.clone()),
            _ => Err(Refusal::invalid("it is bad")),
        };
        let builder = Authorizer::builder();
        let builder = if reads_the_connection {
            let read = |head: &auth_runtime::authenticate::Head<'_>| {
                Some(head.headers().get(AUTHORIZATION)?.to_str().ok()?.trim_start_matches("Bearer ").to_owned())
            };
            builder.scheme(Scheme::new("Bearer", prove).connection(read))
        } else {
            builder.bearer(prove)
        };
        let handler = handler(own.as_ref());
        let api = Api::new(builder.build().unwrap(), |routes: &mut Routes<'_>| register(routes, &groups, handler)).unwrap();
        let matrix = api.endpoints().matrix([("good", Some(&caller)), ("bad", None::<&Principal>)]);
        let row = &matrix.rows()[0];
        let answers = System::new().block_on(async {
            let app = init_service(App::new().configure(api.routes())).await;
            let mut answers = Vec::new();
            for name in matrix.callers() {
                let mut request = TestRequest::with_uri(&row.path);
                if name != "anonymous" {
                    request = request.insert_header((AUTHORIZATION, format!("Bearer {name}")));
                }
                answers.push(call_service(&app, request.to_request()).await.status().as_u16());
            }
            answers
        });
        let verdicts: Vec<_> = row.verdicts.iter().map(expected).collect();
        prop_assert_eq!(answers, verdicts, "{:?}", matrix);
    }
}
