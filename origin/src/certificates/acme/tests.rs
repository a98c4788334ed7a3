use instant_acme::{Error, Problem};

use super::*;

fn problem(kind: Option<&str>) -> Problem {
    let detail = Some("canary@person.example at 192.0.2.1".to_owned());
    Problem { r#type: kind.map(str::to_owned), detail, status: Some(403), subproblems: Vec::new() }
}

#[test]
fn a_refusal_is_told_by_its_name_and_never_in_the_authoritys_words() {
    for (kind, wanted) in [
        (Some("urn:ietf:params:acme:error:rateLimited"), "rateLimited"),
        (Some("urn:ietf:params:acme:error:canary"), "for a reason of its own"),
        (Some("about:blank"), "for a reason of its own"),
        (None, "for a reason of its own"),
    ] {
        let error = OrderError::from(Error::Api(problem(kind)));
        assert_eq!(error.to_string(), format!("the authority refuses: {wanted}"));
        assert!(!format!("{error:?}").contains("canary"));
    }
}

#[test]
fn other_failures_are_told_apart() {
    assert!(matches!(OrderError::from(Error::Other(Box::new(NoAnswer))), OrderError::Unreachable));
    assert!(matches!(OrderError::from(Error::Timeout(None)), OrderError::Slow));
    assert!(matches!(OrderError::from(Error::Str("anything")), OrderError::Malformed));
}
