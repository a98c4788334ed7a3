use protocol::time::Millis;

use super::{JobId, NotAJobId, Payload, PayloadTooLong, Retry, RetryPolicy};
use crate::{limits, ports::Chance};

struct Always(u8);

impl Chance for Always {
    fn fill(&self, out: &mut [u8]) {
        out.fill(self.0);
    }
}

const POLICY: RetryPolicy = RetryPolicy { attempts: 5, first: Millis::from_secs(1), longest: Millis::from_secs(5) };

#[test]
fn the_pause_doubles_up_to_its_cap_and_the_attempts_run_out() {
    let pauses: Vec<_> = (1..=5).map(|attempt| POLICY.after(attempt, &Always(0xff))).collect();
    let expected = [1, 2, 4, 5].map(|secs| Retry::After(Millis::from_secs(secs)));
    assert_eq!(pauses[..4], expected);
    assert_eq!(pauses[4], Retry::Exhausted);
    assert_eq!(POLICY.after(u32::MAX, &Always(0)), Retry::Exhausted);
}

#[test]
fn the_pause_is_drawn_from_the_whole() {
    assert_eq!(POLICY.after(3, &Always(0)), Retry::After(Millis::from_millis(1)));
    assert_eq!(POLICY.after(3, &Always(0x80)), Retry::After(Millis::from_millis(2_008)));
    let endless = RetryPolicy { attempts: u32::MAX, ..POLICY };
    assert_eq!(endless.after(4_000_000, &Always(0xff)), Retry::After(POLICY.longest));
}

#[test]
fn an_id_is_bounded_and_plain() {
    assert!(JobId::new("webhook/abc-DEF_0.9:1@2").is_ok());
    assert_eq!(JobId::new(""), Err(NotAJobId::Length { octets: 0 }));
    let longest = "a".repeat(limits::JOB_ID);
    assert_eq!(JobId::new(&longest).map(|id| id.as_str().len()), Ok(limits::JOB_ID));
    assert_eq!(JobId::new(&(longest + "a")), Err(NotAJobId::Length { octets: limits::JOB_ID + 1 }));
    for text in ["a b", "a\r\n", "{a}", "é"] {
        assert_eq!(JobId::new(text), Err(NotAJobId::Octet), "{text:?}");
    }
}

#[test]
fn a_payload_holds_ids_and_shows_none() {
    let payload = Payload::new(vec![b'x'; limits::JOB_PAYLOAD]).unwrap();
    assert_eq!(format!("{payload:?}"), "Payload(256 octets)");
    let octets = limits::JOB_PAYLOAD + 1;
    assert_eq!(Payload::new(vec![b'x'; octets]), Err(PayloadTooLong { octets }));
}
