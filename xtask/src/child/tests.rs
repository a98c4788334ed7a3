use super::*;

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let watch = Stopwatch::start();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(watch.elapsed() < Duration::from_secs(20), "not seen in time");
        sleep(TICK);
    }
}

#[test]
fn whole_lines_are_read_while_it_runs() {
    let logs = tempfile::tempdir().unwrap();
    let child = Child::start("echo", &mut shell("echo ready; printf half; sleep 60"), logs.path()).unwrap();
    let lines = until(|| Some(child.lines().unwrap()).filter(|lines| !lines.is_empty()));
    assert_eq!(lines, ["ready"]);
}

#[test]
fn what_it_started_ends_with_it() {
    let logs = tempfile::tempdir().unwrap();
    let script = "trap '' TERM; sleep 300 & echo $!; wait";
    let child = Child::start("parent", &mut shell(script), logs.path()).unwrap();
    let line = until(|| child.lines().unwrap().into_iter().next());
    let grandchild = Pid::from_raw(line.parse().unwrap()).unwrap();
    assert!(rustix::process::test_kill_process(grandchild).is_ok());
    drop(child);
    // A killed orphan is reaped by whoever inherits it: until then it is a zombie, which runs nothing.
    until(|| {
        let stat = std::fs::read_to_string(format!("/proc/{line}/stat")).unwrap_or_default();
        (stat.is_empty() || stat.contains(") Z")).then_some(())
    });
}

#[test]
fn an_end_and_the_last_words_are_seen() {
    let logs = tempfile::tempdir().unwrap();
    let mut child = Child::start("failing", &mut shell("echo out; echo why >&2; exit 3"), logs.path()).unwrap();
    let status = until(|| child.ended().unwrap());
    assert_eq!(status.code(), Some(3));
    assert!(child.said().contains("why"), "{}", child.said());
}
