//! The requests beside the one for the hidden resource: what is absent, and who gets what is hidden.

use std::fmt;

use actix_web::test::TestRequest;

/// One or two requests for resources that do not exist.
///
/// With two requests for different resources, what repeats the path or the id in an answer does not count as a difference
/// either. With one request, that request is sent again where there is a difference.
pub struct Absent {
    pub(super) first: TestRequest,
    pub(super) another: Option<TestRequest>,
}

impl From<TestRequest> for Absent {
    fn from(request: TestRequest) -> Self {
        Self { first: request, another: None }
    }
}

impl From<[TestRequest; 2]> for Absent {
    fn from([first, another]: [TestRequest; 2]) -> Self {
        Self { first, another: Some(another) }
    }
}

/// The request of somebody who gets what is hidden from others, or the reason why there is nobody.
///
/// A `TestRequest` becomes an owner by itself; [`without_owner`] says that there is none.
pub struct Owner(pub(super) Result<TestRequest, &'static str>);

impl From<TestRequest> for Owner {
    fn from(request: TestRequest) -> Self {
        Self(Ok(request))
    }
}

/// Leaves out the check that somebody gets what is hidden. `reason` says why.
///
/// Without an owner nothing shows that the hidden resource exists: a misspelt path looks hidden, too.
///
/// # Example
/// ```no_run
/// # use actix_web::test::TestRequest;
/// # use auth_runtime::{TestServer, testing::{assert_hidden, without_owner}};
/// # fn test(app: &TestServer, request: fn(&str) -> TestRequest) {
/// let nobody = without_owner("no path of a hidden group is answered, whether it is there or not");
/// assert_hidden(app, request("/admin/nothing"), request("/nothing"), nobody);
/// # }
/// ```
pub fn without_owner(reason: &'static str) -> Owner {
    Owner(Err(reason))
}

/// Leaves out the requests, whose fields hold credentials.
impl fmt::Debug for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Absent").finish_non_exhaustive()
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owner").finish_non_exhaustive()
    }
}
