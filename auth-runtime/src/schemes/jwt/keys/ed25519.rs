//! The points of Ed25519 that are no keys.

/// The order of the field, 2²⁵⁵ − 19, with its least significant byte first.
const P: [u8; 32] = last_but(0xED, 0xFF, 0x7F);

/// The y-coordinates of the eight points of small order: 1 of order 1, −1 of order 2, 0 of order 4, and the two of order
/// 8. Each but the first two is that of two points.
const SMALL_ORDER: [[u8; 32]; 5] = [
    last_but(0x01, 0, 0),
    last_but(0xEC, 0xFF, 0x7F),
    [0; 32],
    [
        0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0, 0xD5,
        0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
    ],
    [
        0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F, 0x2A,
        0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
    ],
];

/// Returns 32 bytes of which only the first and the last one differ from `middle`.
const fn last_but(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

/// Returns whether the point may be a key. A key of small order verifies signatures that were made without a private
/// key: with the point of order 1, one signature fits every message. An encoding that is not the canonical one is
/// refused too (RFC 8032 §5.1.3), because it may be another name of such a point.
pub(crate) fn may_be_a_key(point: &[u8]) -> bool {
    let Ok(mut y) = <[u8; 32]>::try_from(point) else { return false };
    // The uppermost bit is the sign of x.
    if let Some(last) = y.last_mut() {
        *last &= 0x7F;
    }
    let is_canonical = y.iter().rev().lt(P.iter().rev());
    is_canonical && !SMALL_ORDER.contains(&y)
}
