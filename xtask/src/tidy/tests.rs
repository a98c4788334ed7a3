use super::*;

fn finding(path: &str, what: &str) -> Finding {
    Finding { law: Law::FileLength, path: path.to_owned(), line: 0, what: what.to_owned() }
}

const TABLE: &[Exception] = &[Exception { law: Law::FileLength, path: "a.rs", what: "401 lines", reason: "a table" }];

#[test]
fn an_exception_covers_its_file_its_law_and_its_words_only() {
    let findings = vec![finding("a.rs", "401 lines"), finding("a.rs", "other"), finding("b.rs", "401 lines")];
    assert_eq!(except(findings, TABLE), [finding("a.rs", "other"), finding("b.rs", "401 lines")]);
}

#[test]
fn an_exception_that_nothing_needs_is_a_finding() {
    let left = except(Vec::new(), TABLE);
    assert_eq!((left.len(), left[0].law), (1, Law::StaleException));
}
