//! I: what the application adds to the principal of an opaque token.

use std::time::Duration;

use auth_runtime::{Authorizer, Principal, settings::Enrichment};
use auth_tests::app::{Calls, Orders};

use super::{PATH, alice, asking, parallel, saying};

#[test]
fn an_enriched_answer_counts_for_as_long_as_the_endpoint_s() {
    for (remember, expected) in [(0, [1, 1, 1, 1]), (10, [1, 0, 1, 1]), (600, [1, 0, 0, 1])] {
        let (fake, asked) = (saying(&alice()), Calls::default());
        let counted = asked.clone();
        let orders = Orders::start_with(|issuer| {
            let tokens = asking(fake.origin() + PATH, issuer).build().unwrap();
            let enrichment = Enrichment::new(async move |principal: Principal| {
                counted.count();
                Ok(principal.to_builder().role("admin").build())
            });
            let builder = Authorizer::builder().bearer(tokens).clock(issuer.clock());
            builder.enrich(enrichment.remember_for(Duration::from_secs(remember))).build().unwrap()
        });
        // The endpoint's answer is remembered for 30 seconds.
        for (passed, times) in [0, 9, 1, 20].into_iter().zip(expected) {
            orders.issuer.pass(passed);
            assert_eq!(orders.get_as("/admin", "opaque").status(), 200);
            assert_eq!(asked.take(), times, "{remember} {passed}");
        }
        assert_eq!(fake.asked(PATH).len(), 2, "{remember}");
        // Requests with one token that come together may each ask the application, and all get its answer.
        parallel(8, |_| assert_eq!(orders.get_as("/admin", "another").status(), 200));
        assert!((1..=8).contains(&asked.take()));
    }
}
