use protocol::time::Millis;

use super::*;

fn at(secs: u64) -> Timestamp {
    Timestamp::from_millis(1_000_000).plus(Millis::from_secs(secs))
}

fn empty(seats: &Seats) -> bool {
    seats.hosts.is_empty() && seats.families.is_empty()
}

#[test]
fn a_host_has_so_many_seats() {
    let mut seats = Seats::default();
    for _ in 0..WEBHOOKS_A_HOST {
        seats.take("a.example", at(0)).unwrap();
    }
    assert_eq!(seats.take("a.example", at(0)), Err(Taken));
    assert_eq!(seats.take("b.example", at(0)), Ok(()), "another host is another's");
    seats.leave("a.example", Visit::Reached, at(1));
    assert_eq!(seats.take("a.example", at(1)), Ok(()));
    for _ in 0..WEBHOOKS_A_HOST {
        seats.leave("a.example", Visit::Reached, at(1));
    }
    seats.leave("b.example", Visit::BrokenOff, at(1));
    assert!(empty(&seats), "nothing is kept of those who answer");
}

#[test]
fn names_below_a_name_share_its_seats() {
    let mut seats = Seats::default();
    for n in 0..WEBHOOKS_A_FAMILY {
        seats.take(&format!("h{n}.slow.example"), at(0)).unwrap();
    }
    assert_eq!(seats.take("other.slow.example", at(0)), Err(Taken));
    assert_eq!(seats.take("slow.example", at(0)), Err(Taken));
    assert_eq!(seats.take("other.quick.example", at(0)), Ok(()));
    seats.leave("h0.slow.example", Visit::Reached, at(1));
    assert_eq!(seats.take("a.b.slow.example", at(1)), Ok(()));
}

#[test]
fn a_host_that_is_not_reached_rests_and_is_tried_by_one() {
    let mut seats = Seats::default();
    for _ in 0..WEBHOOK_FAILURES {
        seats.take("a.example", at(0)).unwrap();
        seats.leave("a.example", Visit::Unreached, at(0));
    }
    assert_eq!(seats.take("a.example", at(29)), Err(Taken));
    assert_eq!(seats.take("b.example", at(29)), Ok(()));
    assert_eq!(seats.take("a.example", at(30)), Ok(()));
    assert_eq!(seats.take("a.example", at(30)), Err(Taken), "one at a time");
    seats.leave("a.example", Visit::BrokenOff, at(31));
    assert_eq!(seats.take("a.example", at(31)), Ok(()), "what was broken off says nothing");
    seats.leave("a.example", Visit::Unreached, at(32));
    assert_eq!(seats.take("a.example", at(61)), Err(Taken), "it rests again");
    assert_eq!(seats.take("a.example", at(62)), Ok(()));
    seats.leave("a.example", Visit::Reached, at(63));
    for _ in 0..WEBHOOKS_A_HOST {
        assert_eq!(seats.take("a.example", at(63)), Ok(()));
    }
}

#[test]
fn failures_count_in_a_row_only() {
    let mut seats = Seats::default();
    for n in 0..3 * WEBHOOK_FAILURES {
        seats.take("a.example", at(0)).unwrap();
        let visit = if n % WEBHOOK_FAILURES == 0 { Visit::Reached } else { Visit::Unreached };
        seats.leave("a.example", visit, at(0));
    }
    assert_eq!(seats.take("a.example", at(0)), Ok(()));
}

#[test]
fn failing_hosts_are_remembered_up_to_a_bound() {
    let mut seats = Seats::default();
    seats.take("busy.example", at(0)).unwrap();
    for n in 0..2 * WEBHOOK_HOSTS {
        let host = format!("h{n}.example");
        seats.take(&host, at(0)).unwrap();
        seats.leave(&host, Visit::Unreached, at(0));
        assert!(seats.hosts.len() <= WEBHOOK_HOSTS);
    }
    assert!(seats.hosts.contains_key("busy.example"));
    assert_eq!(seats.families.len(), 1);
}

#[test]
fn a_family_is_the_last_two_labels() {
    for (host, of) in [("a.b.c.example", "c.example"), ("c.example", "c.example"), ("example", "example")] {
        assert_eq!(family(host), of);
    }
}
