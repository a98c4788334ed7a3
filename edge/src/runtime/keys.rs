//! Where the keys of wrapped mail come from: this worker's memory, the region's object, the home region itself.

use std::cell::RefCell;

use protocol::{
    batch::InboxRecord,
    capability::Credential,
    id::{InboxId, MessageId},
    message::Part,
    sealing::{Binding, primitives::Portable},
    time::Timestamp,
    wrap::{InboxKeys, KEYS_PATH},
};
use worker::{Method, Request, RequestInit, js_sys::Uint8Array};
use zeroize::Zeroizing;

use super::{
    Edge,
    home::{self, Ask, FRESHNESS_TIMEOUT, Heard},
};
use crate::keys::{Book, KEYS_REMEMBERED, Order, REMEMBERED, object};

/// Octets that an inbox's keys take at most, packed.
const PACKED_OCTETS: usize = 2 * 1024;

thread_local! {
    /// The keys that this worker used of late.
    static USED: RefCell<Book> = RefCell::new(Book::new(KEYS_REMEMBERED));
}

/// Destroys the keys that this worker remembered long enough: with every request, for nothing runs between them.
pub(super) fn sweep(now: Timestamp) {
    USED.with_borrow_mut(|book| book.sweep(now));
}

/// An inbox as KV has it, its wrapping taken off.
pub(super) struct Open {
    /// Its record, without what has expired.
    pub(super) record: InboxRecord,
    keys: InboxKeys,
}

/// Who may know keys, the nearest first.
#[derive(Clone, Copy)]
enum Source {
    Memory,
    Object,
    Home,
}

impl Edge {
    /// Takes the wrapping off `record`. None where nobody who answers has the keys: only the home region can then say
    /// what is in the inbox.
    pub(super) async fn open(&self, credential: &Credential, record: &InboxRecord) -> Option<Open> {
        for source in [Source::Memory, Source::Object, Source::Home] {
            let keys = match source {
                Source::Memory => USED.with_borrow(|book| book.find(record.id, self.now)),
                Source::Object => self.keys_of_object(record).await,
                Source::Home => self.keys_of_home(credential, record).await,
            };
            let Some(keys) = keys else { continue };
            let mut open = record.clone();
            if keys.unwrap_record(&Portable, &mut open, self.now).is_err() {
                continue;
            }
            if !matches!(source, Source::Memory) {
                self.remember(record, &keys);
            }
            return Some(Open { record: open, keys });
        }
        None
    }

    /// The same of what KV may have.
    pub(super) async fn opened(&self, credential: &Credential, known: Option<&InboxRecord>) -> Option<Open> {
        self.open(credential, known?).await
    }

    /// Gives orders to one object.
    pub(super) async fn order(&self, object: &str, orders: &[Order]) -> worker::Result<()> {
        for order in orders {
            if let Order::Erase { inbox } = order {
                USED.with_borrow_mut(|book| book.erase(*inbox, self.now));
            }
        }
        let octets = Order::write(orders);
        let mut init = RequestInit::new();
        init.with_method(Method::Post).with_body(Some(Uint8Array::from(octets.as_slice()).into()));
        let url = format!("https://keys/?now={}", self.now.as_millis());
        let stub = self.env.durable_object("MAIL_KEYS")?.get_by_name(object)?;
        let answer = stub.fetch_with_request(Request::new_with_init(&url, &init)?).await?;
        if answer.status_code() == 200 { Ok(()) } else { Err(worker::Error::from("the keys were not taken")) }
    }

    /// Destroys the keys of an erased inbox.
    pub(super) async fn erase_keys(&self, record: &InboxRecord) -> worker::Result<()> {
        let inbox = record.id;
        self.order(&object(&record.region, inbox), &[Order::Erase { inbox }]).await
    }

    async fn keys_of_object(&self, record: &InboxRecord) -> Option<InboxKeys> {
        let stub = self.env.durable_object("MAIL_KEYS").ok()?.get_by_name(&object(&record.region, record.id)).ok()?;
        let url = format!("https://keys/?inbox={}&now={}", record.id, self.now.as_millis());
        let mut answer = stub.fetch_with_str(&url).await.ok()?;
        if answer.status_code() != 200 {
            return None;
        }
        InboxKeys::unpack(&Zeroizing::new(answer.bytes().await.ok()?))
    }

    /// What the home region says, for its object to know as well.
    async fn keys_of_home(&self, credential: &Credential, record: &InboxRecord) -> Option<InboxKeys> {
        let ask = Ask::get(format!("{KEYS_PATH}{}", record.id));
        let ask = ask.with_token(credential.read_token()).within(FRESHNESS_TIMEOUT);
        let Heard::Answer(mut answer) = self.homes().of_inbox(Some(&record.region), &ask).await else { return None };
        if answer.status_code() != 200 {
            return None;
        }
        let keys = InboxKeys::unpack(&Zeroizing::new(home::body(&mut answer, PACKED_OCTETS).await?))?;
        let learn = Order::Learn { inbox: record.id, until: record.expires_at, keys: keys.clone() };
        // Where the object does not take them, the next reader asks again.
        let _asked_again = self.order(&object(&record.region, record.id), &[learn]).await;
        Some(keys)
    }

    fn remember(&self, record: &InboxRecord, keys: &InboxKeys) {
        let until = self.now.plus(REMEMBERED).min(record.expires_at);
        USED.with_borrow_mut(|book| book.learn(record.id, keys.clone(), until, self.now));
    }
}

impl Open {
    /// A part of one of its messages, as KV has it, its wrapping taken off; none where KV has it not, or something else.
    pub(super) async fn part(&self, edge: &Edge, message: MessageId, part: Part) -> Option<Vec<u8>> {
        let inbox: InboxId = self.record.id;
        let mut octets = edge.mail.part(inbox, message, part).await?;
        self.keys.unwrap(&Portable, Binding { inbox, message }, part, &mut octets).ok()?;
        Some(octets)
    }
}
