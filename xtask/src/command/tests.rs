use super::*;

#[test]
fn a_long_output_keeps_its_beginning_and_its_end() {
    let text: String = (1..=200).map(|line| format!("line {line}\n")).collect();
    let short = shortened(&text);
    assert_eq!(short.lines().count(), HEAD + 1 + TAIL);
    assert!(short.starts_with("line 1\n") && short.ends_with("line 200"), "{short}");
    assert!(short.contains("[… 120 lines …]"), "{short}");
    assert_eq!(shortened("one\ntwo\n"), "one\ntwo");
}

#[test]
fn a_failure_says_what_it_was_why_and_what_to_do() {
    let job = Job::new("asking the shell", "sh").args(["-c", "echo because >&2; exit 7"]).advice("ask again");
    let error = job.quiet().unwrap_err().to_string();
    for part in ["asking the shell failed", "exit status: 7", "because", "What to do: ask again"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let error = Job::new("asking nobody", "no-such-program-here").quiet().unwrap_err().to_string();
    assert!(error.contains("cannot start no-such-program-here"), "{error}");
}
