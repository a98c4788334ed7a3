use super::*;

#[test]
fn a_job_holds_two_ids_and_nothing_else() {
    let errand = Errand { inbox: InboxId::from_bytes([1; 16]), message: MessageId::from_bytes([2; 16]) };
    let now = Timestamp::from_millis(1_000);
    let job = errand.job(now).unwrap();
    assert_eq!(job.payload.as_bytes(), [[1; 16], [2; 16]].concat());
    assert_eq!(job.id.as_str(), format!("{}/{}", errand.inbox, errand.message));
    assert_eq!((job.queue, job.not_before, job.lapse), (Queue::Webhooks, now, Lapse::At(now.plus(INBOX_LIFE))));
    assert_eq!(Errand::read(&job.payload), Some(errand));
    assert_eq!(errand.job(now.plus(INBOX_LIFE)).unwrap().id, job.id, "the same work has the same id");
}

#[test]
fn a_payload_of_another_form_is_not_read() {
    for octets in [vec![], vec![1; 31], vec![1; 33]] {
        assert_eq!(Errand::read(&Payload::new(octets).unwrap()), None);
    }
}
