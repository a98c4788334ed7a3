use super::*;

fn tally(lines: &[&str]) -> Tally {
    let mut tally = Tally::default();
    for line in lines {
        tally.read(line);
    }
    tally
}

#[test]
fn the_closing_lines_of_cargo_are_summed() {
    let sum = tally(&[
        "running 3 tests",
        "test a ... ok",
        "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.01s",
        "test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
    ]);
    assert_eq!(sum, Tally { passed: 13, failed: 2 });
}

#[test]
fn the_closing_lines_of_node_are_summed() {
    assert_eq!(tally(&["# tests 6", "# pass 5", "# fail 1"]), Tally { passed: 5, failed: 1 });
    assert_eq!(tally(&["ℹ pass 7", "ℹ fail 0", "ℹ cancelled 1"]), Tally { passed: 7, failed: 1 });
}

#[test]
fn other_lines_count_nothing() {
    assert_eq!(tally(&["# heading", "12 passed", "test result: odd", "# pass many"]), Tally::default());
}
