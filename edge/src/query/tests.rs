use protocol::cursor::Seq;

use super::*;

fn read(text: &str) -> Result<ListQuery, Refusal> {
    ListQuery::read(text.split('&').filter(|pair| !pair.is_empty()).filter_map(|pair| pair.split_once('=')))
}

#[test]
fn a_query_says_what_it_says_and_the_rest_is_the_default() {
    assert_eq!(read("").unwrap(), ListQuery { since: None, wait: 0, limit: LIST_LIMIT });
    let full = read("since=c7&wait=55&limit=3&utm=x").unwrap();
    assert_eq!(full, ListQuery { since: Some(Since::Cursor(Cursor(Seq(7)))), wait: 55, limit: 3 });
    assert!(matches!(read("since=2026-11-23T20:54:00Z").unwrap().since, Some(Since::Time(_))));
}

#[test]
fn what_is_out_of_bounds_is_refused_with_its_bounds() {
    for text in
        ["since=", "since=7", "since=yesterday", "wait=56", "wait=-1", "wait=", "limit=0", "limit=201", "limit=x"]
    {
        let refusal = read(text).unwrap_err();
        assert_eq!(refusal.problem.status, 422, "{text}");
        assert!(refusal.problem.detail.starts_with(text.split('=').next().unwrap()), "{text}");
    }
}

#[test]
fn a_region_is_asked_the_same() {
    for text in ["limit=200", "limit=5&since=c9&wait=20", "limit=5&since=2026-11-23T20:54:00.000Z"] {
        assert_eq!(read(text).unwrap().to_text(), text);
    }
    let narrowed = read("limit=5&since=c1&wait=9").unwrap().from(Cursor(Seq(4)), 2);
    assert_eq!(narrowed.to_text(), "limit=2&since=c4&wait=9");
}
