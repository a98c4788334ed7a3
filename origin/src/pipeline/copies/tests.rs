use super::*;
use crate::verdict::Refusal;

const STORED: Delivery = Delivery::Stored;
const GONE: Delivery = Delivery::Deferred(Deferral::InboxGone);
const FULL: Delivery = Delivery::Deferred(Deferral::InboxFull);
const DOWN: Delivery = Delivery::Deferred(Deferral::StoreUnavailable);
const BARE: Delivery = Delivery::Refused(Refusal::BareLineEnding);

#[test]
fn one_answer_for_all_says_yes_only_if_nobody_has_to_come_again() {
    for (outcomes, told) in [
        (&[STORED, STORED][..], STORED),
        (&[STORED, GONE], STORED),
        (&[GONE, GONE], GONE),
        (&[STORED, FULL], FULL),
        (&[GONE, FULL], FULL),
        (&[DOWN, STORED, FULL, GONE], FULL),
        (&[BARE, BARE], BARE),
        (&[], GONE),
    ] {
        assert_eq!(fold(outcomes), told, "{outcomes:?}");
    }
}
