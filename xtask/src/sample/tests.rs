use super::*;

const ANSWER: &str = r#"{"id":"i","address":"brave.otter1234@mayfly.test","capability":"1abc","domain":"mayfly.test"}"#;

#[test]
fn the_lines_name_the_inbox_and_the_ports() {
    let inbox = Inbox::read(ANSWER).unwrap();
    let (edge, smtp) = ("127.0.0.1:8787".parse().unwrap(), "127.0.0.1:2525".parse().unwrap());
    assert_eq!(inbox.link(edge), "http://127.0.0.1:8787/#1abc");
    let line = inbox.delivery(smtp);
    assert!(line.contains("curl -sS smtp://127.0.0.1:2525 "), "{line}");
    assert!(line.contains("--mail-rcpt brave.otter1234@mayfly.test "), "{line}");
    assert!(!line.contains('\n'), "one line, to be pasted");
}

#[test]
fn an_answer_without_what_is_needed_says_so() {
    assert!(Inbox::read("nothing").is_err());
    let error = Inbox::read(r#"{"address":"a@b.example"}"#).unwrap_err();
    assert_eq!(error.to_string(), "it has no capability");
}
