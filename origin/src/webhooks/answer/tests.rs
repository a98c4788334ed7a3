use super::*;

/// Sun, 06 Nov 1994 08:49:00 GMT.
const NOW: Timestamp = Timestamp::from_millis(784_111_740_000);

fn of(status: u16, retry_after: Option<&str>) -> Meaning {
    meaning(&Ok(WebhookAnswer { status, retry_after: retry_after.map(str::to_owned) }), NOW)
}

#[test]
fn a_status_says_what_to_do_next() {
    for (status, means) in [
        (200, Meaning::Told),
        (204, Meaning::Told),
        (299, Meaning::Told),
        (410, Meaning::Unwanted),
        (100, Meaning::Failed),
        (199, Meaning::Failed),
        (301, Meaning::Failed),
        (307, Meaning::Failed),
        (400, Meaning::Failed),
        (404, Meaning::Failed),
        (429, Meaning::Failed),
        (500, Meaning::Failed),
        (502, Meaning::Failed),
        (503, Meaning::Failed),
    ] {
        assert_eq!(of(status, None), means, "{status}");
    }
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let secs = |secs| Meaning::NotBefore(Millis::from_secs(secs));
    for (text, means) in [
        ("12", secs(12)),
        (" 12 ", secs(12)),
        ("0", secs(0)),
        ("99999999999999999999999999", secs(u64::MAX)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", secs(37)),
        ("Sun, 06 Nov 1994 08:48:00 GMT", secs(0)),
        ("", Meaning::Failed),
        ("-1", Meaning::Failed),
        ("1.5", Meaning::Failed),
        ("soon", Meaning::Failed),
        (&"1".repeat(WEBHOOK_RETRY_AFTER_OCTETS + 1), Meaning::Failed),
    ] {
        assert_eq!(of(429, Some(text)), means, "{text:?}");
        assert_eq!(of(503, Some(text)), means, "{text:?}");
    }
    assert_eq!(of(500, Some("12")), Meaning::Failed);
    assert_eq!(of(200, Some("12")), Meaning::Told);
}

#[test]
fn what_is_not_public_is_not_tried_again() {
    for unanswered in Unanswered::ALL {
        let refused = matches!(unanswered, Unanswered::NotPublic | Unanswered::Unusable);
        let means = if refused { Meaning::Refused } else { Meaning::Failed };
        assert_eq!(meaning(&Err(unanswered), NOW), means, "{unanswered:?}");
    }
}
