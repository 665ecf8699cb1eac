//! What the compiler refuses: nothing in a source account can be restored, created or deleted.

#[test]
fn a_source_account_offers_no_way_to_restore_create_or_delete() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/compile_fail/reading_is_offered.rs");
    cases.compile_fail("tests/compile_fail/source_*.rs");
    cases.compile_fail("tests/compile_fail/sandbox_*.rs");
}
