//! One file for each sentence that an attribute can say, and one for each shape of handler that it accepts.
#![forbid(unsafe_code)]

#[test]
fn sentences() {
    trybuild::TestCases::new().compile_fail("ui/fail/*.rs");
}

#[test]
fn shapes() {
    trybuild::TestCases::new().pass("ui/pass/*.rs");
}
