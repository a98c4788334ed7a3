use super::*;

fn read(line: &str) -> Result<Task, Misuse> {
    parse(line.split_whitespace().map(str::to_owned))
}

#[test]
fn run_takes_ports() {
    assert_eq!(read("run"), Ok(Task::Run(Ports { http: 0, smtp: 0 })));
    assert_eq!(read("run --smtp 2525 --http 8787"), Ok(Task::Run(Ports { http: 8787, smtp: 2525 })));
    assert_eq!(read("run --http"), Err(Misuse::NoValue("--http")));
    assert_eq!(read("run --http 70000"), Err(Misuse::Port("70000".to_owned())));
    assert_eq!(read("run --port 1"), Err(Misuse::Argument("--port".to_owned())));
}

#[test]
fn test_takes_one_choice_of_tests() {
    let scope = |which, on_failure| Ok(Task::Test(Scope { which, on_failure }));
    assert_eq!(read("test"), scope(Which::All, OnFailure::Stop));
    assert_eq!(read("test --quick --keep-going"), scope(Which::Quick, OnFailure::KeepGoing));
    assert_eq!(read("test cursor"), scope(Which::Named("cursor".to_owned()), OnFailure::Stop));
    assert_eq!(read("test --only tidy"), scope(Which::Step("tidy".to_owned()), OnFailure::Stop));
    assert_eq!(read("test --quick cursor"), Err(Misuse::TwoChoices));
    assert_eq!(read("test --fast"), Err(Misuse::Argument("--fast".to_owned())));
}

#[test]
fn fuzz_takes_a_target_and_seconds() {
    let plan = |filter: &str, seconds| Ok(Task::Fuzz(Plan { filter: filter.to_owned(), seconds }));
    assert_eq!(read("fuzz"), plan("", Plan::default().seconds));
    assert_eq!(read("fuzz mime --seconds 600"), plan("mime", 600));
    assert_eq!(read("fuzz --seconds 0"), Err(Misuse::Seconds("0".to_owned())));
    assert_eq!(read("fuzz --seconds"), Err(Misuse::NoValue("--seconds")));
    assert_eq!(read("fuzz mime data"), Err(Misuse::Argument("data".to_owned())));
}

#[test]
fn other_tasks_take_nothing() {
    assert_eq!(read("tidy"), Ok(Task::Tidy));
    assert_eq!(read("setup now"), Err(Misuse::Argument("now".to_owned())));
    assert_eq!(read("fly"), Err(Misuse::Task("fly".to_owned())));
    assert_eq!(read(""), Ok(Task::Help));
}
