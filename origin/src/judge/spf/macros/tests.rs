use super::*;

/// RFC 7208 §7.4's examples.
fn values(client: &str) -> Values<'_> {
    Values {
        local: "strong-bad",
        sender_domain: "email.example.com",
        domain: "email.example.com",
        client: client.parse().unwrap(),
        validated: "mx.example.org",
        helo: "client.example",
        receiver: "mx.mayfly.test",
        seconds: 1_795_000_000,
    }
}

fn expanded(text: &str, client: &str) -> String {
    Template::explanation(text).unwrap().expand(&values(client))
}

#[test]
fn the_rfcs_examples_hold() {
    let v4 = "192.0.2.3";
    for (text, wanted) in [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
    ] {
        assert_eq!(expanded(text, v4), wanted, "{text}");
    }
    assert_eq!(
        expanded("%{ir}.%{v}._spf.%{d2}", "2001:db8::cb01"),
        "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com"
    );
}

#[test]
fn explanations_know_more_letters_than_domains() {
    assert_eq!(expanded("%{c} to %{r} at %{t}", "2001:DB8::1"), "2001:db8::1 to mx.mayfly.test at 1795000000");
    for letter in ["c", "r", "t"] {
        assert_eq!(Template::domain(&format!("%{{{letter}}}.example.com")), Err(BadSyntax));
    }
}

#[test]
fn capitals_escape_for_urls() {
    assert_eq!(expanded("%{S}%_%%%-", "192.0.2.3"), "strong-bad%40email.example.com %%20");
}

#[test]
fn bad_macros_are_errors() {
    for bad in ["%", "%a", "%{", "%{}", "%{z}", "%{d0}", "%{d2x}", "%{d r}", "%{1}", "%(d)", "%{dé}"] {
        assert_eq!(Template::explanation(bad), Err(BadSyntax), "{bad}");
    }
    assert!(Template::explanation("%{d99999999999999999999999999r.-+,/_=}").is_ok());
}

#[test]
fn a_domain_ends_in_a_macro_or_a_top_label() {
    for good in ["a.b", "a.b.", "%{d}", "x%%", "a.%{d}.b-c", ".com", "a:b/c.example"] {
        assert!(Template::domain(good).is_ok(), "{good}");
    }
    for bad in ["", "a", "a.", "a.1", "a.-b", "a.b-", "a.b c", "%{d}a", "a.b/24", "a.\u{e4}", "a.b\u{7f}"] {
        assert_eq!(Template::domain(bad), Err(BadSyntax), "{bad}");
    }
}

#[test]
fn long_names_lose_labels_from_the_left() {
    let template =
        Template::domain("%{o}.%{o}.%{o}.%{o}.%{o}.%{o}.%{o}.%{o}.%{o}.%{o}.%{o}.%{o}.%{o}.%{o}.%{o}.b.").unwrap();
    let name = template.expand_domain(&values("192.0.2.3"));
    assert!(name.len() <= NAME_OCTETS && name.ends_with("example.com.b"), "{name}");
    assert!(name.len() > NAME_OCTETS - 20, "no more than need be goes");
}
