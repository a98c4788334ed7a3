//! The mail that did not come, and why: KV first, the home region for what KV lacks.

use protocol::{batch::InboxRecord, capability::Credential, cursor::Since, delivery::SealedDeliveries, id::InboxId};
use worker::Response;

use super::{
    Edge,
    home::{self, Ask, FRESHNESS_TIMEOUT, Heard},
    inbox::{closed, path, relay},
    reply::{self, Mail, Outcome, Source},
};
use crate::{deliveries, opening::Opener, refusal::Refusal};

/// The records of an inbox.
pub(super) async fn answer(
    edge: &Edge,
    credential: &Credential,
    id: InboxId,
    home: Option<&str>,
    known: Option<InboxRecord>,
    since: Option<Since>,
) -> Outcome<Response> {
    let ask = |query: &str| Ask::get(format!("{}/deliveries?{query}", path(id))).with_token(credential.read_token());
    let Some(record) = known else {
        let query = match since {
            None => String::new(),
            Some(Since::Cursor(cursor)) => format!("since={cursor}"),
            Some(Since::Time(time)) => format!("since={time}"),
        };
        let heard = edge.homes().of_inbox(home, &ask(&query)).await;
        return relay(heard, credential, id, |opener, list: SealedDeliveries| opener.deliveries(&list)).await;
    };
    let known = deliveries::known(&record, since, edge.now);
    let unheard = |known: SealedDeliveries| {
        let known = deliveries::alone(known).ok_or_else(Refusal::unreachable)?;
        listed(credential, id, &known, Source::Kv)
    };
    let ask = ask(&deliveries::behind(&known)).within(FRESHNESS_TIMEOUT);
    match edge.homes().of_inbox(Some(&record.region), &ask).await {
        Heard::Answer(mut answer) if answer.status_code() == 200 => match home::json(&mut answer).await {
            Some(added) => listed(credential, id, &deliveries::merge(known, added, since), Source::Origin),
            None => unheard(known),
        },
        Heard::Answer(answer) if answer.status_code() == 410 => Err(Refusal::gone()),
        // What was noted is told, though the region has lost it.
        Heard::Answer(_) | Heard::Unknown => listed(credential, id, &known, Source::Kv),
        Heard::Unreachable => unheard(known),
    }
}

/// The records as their reader gets them.
fn listed(credential: &Credential, id: InboxId, list: &SealedDeliveries, source: Source) -> Outcome<Response> {
    match credential {
        Credential::ReadToken(_) => reply::json(list, source, Mail::Closed),
        Credential::Capability(capability) => {
            let list = Opener::new(capability, id).deliveries(list).map_err(closed)?;
            reply::json(&list, source, Mail::Opened)
        }
    }
}
