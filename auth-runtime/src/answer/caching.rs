//! What caches may keep of an answer (RFC 9111).

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, HeaderValue},
    },
};

/// Marks an answer as `private`, unless its handler has set `Cache-Control`. A shared cache knows only from an
/// `Authorization` field that an answer is for one caller (RFC 9111 §3.5), and other credentials are presented
/// elsewhere.
pub(crate) fn keep_private(response: &mut HttpResponse<impl Sized>) {
    if !response.headers().contains_key(CACHE_CONTROL) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private"));
    }
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
