use crate::{
    api::{CreateInboxBody, InboxView, Privacy, Provider},
    id::{InboxId, MessageId},
    message::{AttachmentSummary, Content, FeedbackReport, Header, Mailbox, OpenEntry, Summary},
    time::Timestamp,
};

fn canary() -> String {
    "canary@mail.example".to_owned()
}

#[test]
fn mail_addresses_and_capabilities_are_not_printed() {
    let attachment =
        AttachmentSummary { n: 0, filename: canary(), content_type: canary(), size: 1, danger: None, withheld: None };
    let summary = Summary {
        from: Mailbox { name: canary(), address: canary() },
        subject: canary(),
        snippet: canary(),
        codes: vec![canary()],
        attachments: vec![attachment.clone()],
        tag: Some(canary()),
        ..Summary::default()
    };
    let header = Header { name: canary(), value: canary() };
    let report = FeedbackReport { source_ip: Some(canary()), user_agent: canary(), ..FeedbackReport::default() };
    let content = Content {
        text: Some(canary()),
        html: Some(canary()),
        headers: vec![header.clone()],
        report: Some(report.clone()),
        ..Content::default()
    };
    let view = InboxView {
        id: InboxId::from_bytes([1; 16]),
        address: Some(canary()),
        sealed: None,
        domain: String::new(),
        created_at: Timestamp::default(),
        expires_at: Timestamp::default(),
        provider: Provider::Mayfly,
        privacy: Privacy::Sealed,
        capability: Some(canary()),
        webhook: None,
    };
    let body = CreateInboxBody { name: Some(canary()), purpose: Some(canary()), ..CreateInboxBody::default() };
    let entry = OpenEntry {
        id: MessageId::from_bytes([2; 16]),
        received_at: Timestamp::default(),
        size: 1,
        summary: summary.clone(),
        content: Some(content.clone()),
    };
    let from = &summary.from;
    let printed =
        format!("{view:?} {body:?} {summary:?} {content:?} {entry:?} {attachment:?} {header:?} {from:?} {report:?}");
    assert!(!printed.contains("canary"), "{printed}");
    assert!(printed.starts_with("InboxView(…)"), "{printed}");
}
