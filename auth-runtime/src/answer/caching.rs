//! What caches may keep of an answer (RFC 9111).

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, HeaderMap, HeaderValue},
    },
};

/// Marks an answer as `private`, unless its handler has said whether shared caches may store the answer. A shared cache
/// knows only from an `Authorization` field that an answer is for one caller (RFC 9111 §3.5), and other credentials are
/// presented elsewhere.
pub(crate) fn keep_private(response: &mut HttpResponse<impl Sized>) {
    let headers = response.headers_mut();
    if !says(headers, &FOR_ONE) && !says(headers, &FOR_ALL) {
        // One line, because not every cache joins several. A line that is no text says nothing to a cache.
        let said = headers.get_all(CACHE_CONTROL).filter_map(|line| line.to_str().ok());
        let said: Vec<_> = said.chain(["private"]).collect();
        let private = || HeaderValue::from_static("private");
        headers.insert(CACHE_CONTROL, HeaderValue::try_from(said.join(", ")).unwrap_or_else(|_| private()));
    }
}

/// Returns whether the handler lets shared caches store the answer.
#[cfg(feature = "session")]
pub(crate) fn is_for_all(response: &HttpResponse<impl Sized>) -> bool {
    says(response.headers(), &FOR_ALL) && !says(response.headers(), &FOR_ONE)
}

/// Keeps an answer from shared caches, also if its handler lets them store the answer, because a cookie is set in it.
#[cfg(feature = "session")]
pub(crate) fn force_private(response: &mut HttpResponse<impl Sized>) {
    if is_for_all(response) {
        let forbidden = HeaderValue::from_static("private, no-store");
        response.headers_mut().insert(CACHE_CONTROL, forbidden);
    } else {
        keep_private(response);
    }
}

/// The directives that keep an answer from shared caches (RFC 9111 §5.2.2.5 and §5.2.2.7).
const FOR_ONE: [&str; 2] = ["no-store", "private"];
/// The directives that let shared caches store an answer (RFC 9111 §5.2.2.9 and §5.2.2.10).
const FOR_ALL: [&str; 2] = ["public", "s-maxage"];

/// Returns whether `Cache-Control` has one of the directives. `private="field"` is about the field alone, so it is none.
fn says(headers: &HeaderMap, directives: &[&str]) -> bool {
    let fields = headers.get_all(CACHE_CONTROL).filter_map(|field| field.to_str().ok());
    fields.flat_map(|field| field.split(',')).any(|directive| {
        let (name, argument) = directive.split_once('=').unwrap_or((directive, ""));
        let is_whole = argument.is_empty() || !name.trim().eq_ignore_ascii_case("private");
        is_whole && directives.iter().any(|directive| name.trim().eq_ignore_ascii_case(directive))
    })
}

/// Returns whether the status is one that a denial may have. Such an answer gets no field that would tell a hidden
/// resource from an absent one.
pub(crate) fn may_be_denial(response: &HttpResponse<impl Sized>) -> bool {
    matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
}

/// Forbids caches to store a denial, because they would send it to the next caller too (RFC 9111 §5.2.2.5). A 404
/// counts as a denial, because it may be a hidden one.
pub(crate) fn forbid_storing(response: &mut HttpResponse<impl Sized>) {
    if may_be_denial(response) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
