//! MIME: any octets are judged within bounds, and what is told of them lies within them.

use std::{
    net::Ipv4Addr,
    sync::{Arc, OnceLock},
};

use origin::{
    judge::{Evidence, judge},
    limits::{FINDINGS, LINK_OCTETS, SNIPPET_CHARS},
    mail::{Destination, Hop, Received, ReversePath, Secret},
    policy::Policy,
    verdict::Verdict,
};
use protocol::{
    id::InboxId,
    sealing::{KeyPair, PublicKey, Suite},
    time::Timestamp,
};

/// A message is accepted or refused, and never more is told of it than the bounds allow; the same message is judged the
/// same twice.
pub fn mime(message: &[u8]) {
    let (first, second) = (told(message), told(message));
    assert_eq!(first, second, "judged otherwise the second time");
}

/// What is told of an accepted message.
fn told(message: &[u8]) -> Option<String> {
    let Verdict::Accepted(accepted) = judge(received(message), &Evidence::default(), Policy::default()) else {
        return None;
    };
    assert_eq!(accepted.raw(), message, "the message was changed");
    let (summary, content) = (accepted.summary(), accepted.content());
    assert!(summary.codes.len() <= FINDINGS && summary.links.len() <= FINDINGS, "too many findings");
    assert!(summary.snippet.chars().count() <= SNIPPET_CHARS + 1, "too long a snippet");
    for link in &summary.links {
        assert!(format!("{link:?}").len() <= 8 * LINK_OCTETS, "too long a link");
    }
    Some(format!("{summary:?}{content:?}"))
}

pub(crate) fn received(message: &[u8]) -> Received {
    static KEY: OnceLock<Arc<PublicKey>> = OnceLock::new();
    let key = KEY.get_or_init(|| Arc::new(KeyPair::from_seed(Suite::X25519, &[7; 32]).public_key()));
    Received {
        reverse_path: ReversePath::Null,
        recipients: vec![Destination {
            inbox: InboxId::from_bytes([1; 16]),
            public_key: Arc::clone(key),
            wrap_key: protocol::wrap::WrapKey::filled(|key| key.fill(1)),
            tag: None,
        }],
        raw: message.to_vec().into(),
        trace_len: 0,
        hop: Hop { client: Ipv4Addr::LOCALHOST.into(), helo: Secret(String::new()), tls: None },
        received_at: Timestamp::from_millis(0),
    }
}
