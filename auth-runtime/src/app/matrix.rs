//! Who would be answered what where: the access table, asked for some callers.

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use super::{
    endpoints::{Endpoint, Endpoints},
    verdict::Verdict,
};
use crate::policy::principal::Principal;

/// The name of the first column.
const ANONYMOUS: &str = "anonymous";

/// The access table for some callers: a row for each route, and a column for each caller. The first caller is `anonymous`,
/// who has no credential. [`Endpoints::matrix`] makes it.
///
/// `Display` writes an aligned text in which every cell is one word, [`to_markdown`](Self::to_markdown) and
/// [`to_html`](Self::to_html) write tables, and the matrix serializes as an array of rows.
///
/// The matrix compares requirements. It sends no request, and takes some things for granted:
///
/// - Every authorizer accepts every principal as it is. No principal is enriched, so give enriched ones. The limits
///   of an issuer are not applied, and a requirement of an issuer or a scheme is met if the principal was built with that
///   [`issuer`](crate::principal::PrincipalBuilder::issuer) or
///   [`scheme`](crate::principal::PrincipalBuilder::scheme). Where routes have several authorizers, a principal counts
///   for all of them.
/// - The request reaches the route: its guards let it through, no route before it answers its path, and no middleware
///   answers in its place. A [`Gate`](crate::middleware::Gate) does so: it answers a refused credential with 401 on
///   every path.
/// - The server does not fail, and the credential is not malformed (400).
///
/// Whoever is allowed reaches the handler, which may still refuse, as its arguments may: `Claims<T>` answers 403 if the
/// claims have another shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    callers: Vec<String>,
    rows: Vec<MatrixRow>,
}

/// A route of a [`Matrix`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MatrixRow {
    /// The methods of the route, sorted; empty for a [public service](crate::Routes::public_service).
    pub methods: Vec<String>,
    /// The path, with the prefixes of its scopes.
    pub path: String,
    /// The verdict for each caller, in the order of [`Matrix::callers`].
    pub verdicts: Vec<Verdict>,
}

impl Endpoints {
    /// Says what each of these callers would be answered at each route, and what a caller without a credential would be.
    ///
    /// A caller has a name and a principal. `None` in place of a principal is a caller whose credential is refused. Give
    /// each caller another name.
    ///
    /// # Example
    /// ```
    /// # use auth_runtime::{Api, Authorizer, ConfigError, Credential, Principal, Refusal, Routes, require_scope};
    /// #[require_scope("orders:read")]
    /// #[actix_web::get("/orders")]
    /// async fn list() -> &'static str {
    ///     "orders"
    /// }
    ///
    /// fn routes(routes: &mut Routes<'_>) {
    ///     routes.service(list);
    /// }
    /// # let nobody = |_: &Credential<'_>| Err(Refusal::invalid("nobody gets in"));
    /// # let authorizer = Authorizer::builder().bearer(nobody).build()?;
    /// let api = Api::new(authorizer, routes)?;
    /// let alice = Principal::builder().scope("orders:read").build();
    /// let bob = Principal::builder().build();
    ///
    /// let matrix = api.endpoints().matrix([("alice", &alice), ("bob", &bob)]);
    /// let expected = "\
    /// METHOD  PATH     anonymous  alice    bob
    /// GET     /orders  401        allowed  403
    /// ";
    /// assert_eq!(matrix.to_string(), expected);
    ///
    /// let matrix = api.endpoints().matrix([("alice", Some(&alice)), ("expired", None)]);
    /// assert_eq!(matrix.callers(), ["anonymous", "alice", "expired"]);
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn matrix<'principal>(
        &self,
        callers: impl IntoIterator<Item = (impl Into<String>, impl Into<Option<&'principal Principal>>)>,
    ) -> Matrix {
        let callers = callers.into_iter().map(|(name, principal)| (name.into(), principal.into()));
        let (names, principals): (Vec<_>, Vec<_>) =
            std::iter::once((ANONYMOUS.to_owned(), None)).chain(callers).unzip();
        let row = |endpoint: &Endpoint| MatrixRow {
            methods: endpoint.methods.clone(),
            path: endpoint.path.clone(),
            verdicts: principals.iter().map(|principal| endpoint.verdict(*principal)).collect(),
        };
        Matrix { callers: names, rows: self.iter().map(row).collect() }
    }
}

impl Matrix {
    /// Returns the names of the callers, of whom `anonymous` is the first.
    pub fn callers(&self) -> &[String] {
        &self.callers
    }

    /// Returns the rows, in the order of the access table.
    pub fn rows(&self) -> &[MatrixRow] {
        &self.rows
    }
}

/// Serializes the matrix as an array of rows, each with the verdicts by caller.
impl Serialize for Matrix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.iter().map(|row| Named { callers: &self.callers, row }))
    }
}

/// A row together with the names of its columns.
struct Named<'matrix> {
    callers: &'matrix [String],
    row: &'matrix MatrixRow,
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { callers, row: MatrixRow { methods, path, verdicts } } = self;
        let mut row = serializer.serialize_struct("MatrixRow", 3)?;
        row.serialize_field("path", path)?;
        row.serialize_field("methods", methods)?;
        row.serialize_field("verdicts", &Verdicts { callers, verdicts })?;
        row.end()
    }
}

/// The verdicts of a row by caller, in the order of the columns.
struct Verdicts<'matrix> {
    callers: &'matrix [String],
    verdicts: &'matrix [Verdict],
}

impl Serialize for Verdicts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.callers.iter().zip(self.verdicts))
    }
}
