//! What HTML reads as.

use super::*;

fn text(html: &str) -> String {
    read(html).as_read().into_owned()
}

#[test]
fn blocks_begin_lines_and_white_space_is_folded() {
    assert_eq!(text("<h1>A</h1>\n<p>b  c<br>d</p><div>e<span>f</span></div>"), "A\nb c\nd\nef");
    assert_eq!(text("<table><tr><td>a<td>b</tr><tr><td>c"), "a\tb\nc");
}

#[test]
fn what_is_not_shown_is_not_read() {
    assert_eq!(text("<style>p{}</style>a<script>if(a<b){'</p>'}</script>b<!-- c -- > d -->e<title>t</title>"), "abe");
    assert_eq!(text("a<script>never closed"), "a");
    assert_eq!(text("a<!-- never closed"), "a");
    assert_eq!(text("<?xml?><!doctype html>a"), "a");
}

#[test]
fn entities_are_decoded() {
    assert_eq!(text("&lt;&amp;&eacute;&#233;&#xE9;&nbsp;&euro;"), "<&ééé\u{a0}€");
    assert_eq!(text("a & b &unknown; &#; &#x; &#xD800; &amp"), "a & b &unknown; &#; &#x; \u{fffd} &amp");
}

#[test]
fn every_entity_is_found() {
    assert_eq!(text("&AElig;&zwnj;&commat;&hearts;&sup2;"), "Æ\u{200c}@♥²");
}

#[test]
fn digits_in_cells_of_their_own_are_one_number() {
    assert_eq!(text("<tr><td>4</td><td>7</td><td>1</td></tr><tr><td>a</td><td>1</td></tr>"), "471\na\t1");
    assert_eq!(text("<td>12</td><td>3</td><td>4</td>"), "12\t34");
}

#[test]
fn links_have_their_address_and_their_name() {
    let page = read(
        "x <a class=b href=\"/a?b=1&amp;c\"> go <b>on</b></a> <A HREF=u><img src=i alt='Logo &amp; co'></A><a name=n>n</a>",
    );
    let found: Vec<_> = page.anchors.iter().map(|a| (a.href.as_str(), a.label.as_str())).collect();
    assert_eq!(found, [("/a?b=1&c", "go on"), ("u", "Logo & co")]);
    assert_eq!(&page.text[page.anchors[0].at.0..page.anchors[0].at.1].trim(), &"go on");
}

#[test]
fn attributes_are_read_however_they_are_written() {
    for tag in
        ["a href='u'", "a\nhref = \"u\"", "a href=u", "a x href=u/", "a title='>' href='u'", "a =x href=u", "a/href=u"]
    {
        let page = read(&format!("<{tag}>l</a>"));
        let href = page.anchors.first().map(|anchor| anchor.href.trim_end_matches('/').to_owned());
        assert_eq!(href.as_deref(), Some("u"), "{tag}");
    }
    assert!(read("<a data-href='u'>l</a>").anchors.is_empty());
}

#[test]
fn a_link_that_is_not_closed_ends_at_the_next() {
    let page = read("<a href=1>one<a href=2>two");
    let found: Vec<_> = page.anchors.iter().map(|a| (a.href.as_str(), a.label.as_str())).collect();
    assert_eq!(found, [("1", "one"), ("2", "two")]);
}
