//! One file for each message of an attribute, in a folder for its topic, and one for each shape of handler.
#![forbid(unsafe_code)]

#[test]
fn sentences() {
    trybuild::TestCases::new().compile_fail("ui/fail/*/*.rs");
}

#[test]
fn shapes() {
    trybuild::TestCases::new().pass("ui/pass/*.rs");
}
