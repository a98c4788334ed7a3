use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> (String, String) {
    let url = WebhookUrl::parse(text).unwrap();
    (url.as_str().to_owned(), url.host().to_owned())
}

#[test]
fn a_url_is_read_into_one_form() {
    for (text, form, host) in [
        ("https://hooks.example.com/a/b?c=d", "https://hooks.example.com/a/b?c=d", "hooks.example.com"),
        ("HTTPS://Hooks.Example.COM:443/A", "https://hooks.example.com/A", "hooks.example.com"),
        ("https://hooks.example.com", "https://hooks.example.com/", "hooks.example.com"),
        ("https://hooks.example.com?x=%2F", "https://hooks.example.com/?x=%2F", "hooks.example.com"),
        ("https://xn--bcher-kva.example/@me:1", "https://xn--bcher-kva.example/@me:1", "xn--bcher-kva.example"),
    ] {
        assert_eq!(parsed(text), (form.to_owned(), host.to_owned()), "{text}");
    }
}

#[test]
fn what_two_readers_could_read_in_two_ways_is_refused() {
    for (text, why) in [
        ("", UrlError::NotHttps),
        ("http://hooks.example.com/", UrlError::NotHttps),
        ("ftp://hooks.example.com/", UrlError::NotHttps),
        ("https:/hooks.example.com/", UrlError::NotHttps),
        ("//hooks.example.com/", UrlError::NotHttps),
        (" https://hooks.example.com/", UrlError::NotHttps),
        ("https://me@hooks.example.com/", UrlError::Userinfo),
        ("https://me:secret@hooks.example.com/", UrlError::Userinfo),
        ("https://hooks.example.com:443@127.0.0.1/", UrlError::Userinfo),
        ("https://hooks.example.com\\@127.0.0.1/", UrlError::Userinfo),
        ("https://hooks.example.com:80/", UrlError::Port),
        ("https://hooks.example.com:/", UrlError::Port),
        ("https://hooks.example.com:0443/", UrlError::Port),
        ("https://hooks.example.com:443:443/", UrlError::Port),
        ("https://hooks.example.com/#top", UrlError::Fragment),
        ("https://hooks.example.com#@127.0.0.1/", UrlError::Fragment),
        ("https:///path", UrlError::Host),
        ("https://localhost/", UrlError::Host),
        ("https://127.0.0.1/", UrlError::Host),
        ("https://127.1/", UrlError::Host),
        ("https://2130706433/", UrlError::Host),
        ("https://0x7f.0.0.1/", UrlError::Host),
        ("https://127.0.0.0x1/", UrlError::Host),
        ("https://0x7f000001/", UrlError::Host),
        ("https://0177.0.0.01/", UrlError::Host),
        ("https://a.0xg/", UrlError::Host),
        ("https://[::1]/", UrlError::Host),
        ("https://[::ffff:127.0.0.1]:443/", UrlError::Host),
        ("https://169.254.169.254/latest/meta-data/", UrlError::Host),
        ("https://hooks.example.com./", UrlError::Host),
        ("https://hooks..example.com/", UrlError::Host),
        ("https://hooks_1.example.com/", UrlError::Host),
        ("https://%68ooks.example.com/", UrlError::Host),
        ("https://b\u{fc}cher.example/", UrlError::Host),
        ("https://hooks.example\u{3002}com/", UrlError::Host),
        ("https://127.0.0.1\\.example.com/", UrlError::Host),
        ("https://hooks.example.com/a b", UrlError::Character),
        ("https://hooks.example.com/\r\nx: y", UrlError::Character),
        ("https://hooks.example.com/\\..", UrlError::Character),
        ("https://hooks.example.com/%zz", UrlError::Character),
        ("https://hooks.example.com/%4", UrlError::Character),
        ("https://hooks.example.com/\u{fc}", UrlError::Character),
        ("https://hooks.example.com/\u{0}", UrlError::Character),
    ] {
        assert_eq!(WebhookUrl::parse(text).err(), Some(why), "{text:?}");
    }
}

#[test]
fn a_url_is_as_long_as_its_limit() {
    let of = |octets: usize| format!("https://h.example/{}", "a".repeat(octets - "https://h.example/".len()));
    assert_eq!(parsed(&of(WEBHOOK_URL_OCTETS)).0.len(), WEBHOOK_URL_OCTETS);
    let octets = WEBHOOK_URL_OCTETS + 1;
    assert_eq!(WebhookUrl::parse(&of(octets)).err(), Some(UrlError::TooLong { octets }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_was_read_is_read_again_the_same(text in "(https://|HTTPS://)?[a-z0-9.:@\\[\\]\\\\%#?/-]{0,40}") {
        if let Ok(url) = WebhookUrl::parse(&text) {
            prop_assert_eq!(&WebhookUrl::parse(url.as_str()).unwrap(), &url);
            let (scheme, rest) = url.as_str().split_at("https://".len());
            prop_assert_eq!(scheme, "https://");
            prop_assert!(rest.strip_prefix(url.host()).unwrap().starts_with('/'));
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _either = WebhookUrl::parse(&text);
        let _either = WebhookUrl::parse(&format!("https://{text}"));
    }
}
