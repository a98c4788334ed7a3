//! One message: shown, raw, an attachment, deleted.

use protocol::{
    batch::InboxRecord,
    bytes::Base64,
    capability::{Capability, Credential},
    disposition,
    id::{InboxId, MessageId},
    limits::SEALED_OCTETS,
    message::{Part, SealedEntry},
    problem::Kind,
};
use worker::{Method, Request, Response, ResponseBody};

use super::{
    Edge,
    home::{self, Ask, Heard},
    inbox::{admit, closed, heard, relay},
    keys::Open,
    kv::Write,
    reply::{self, Mail, Outcome, Source},
};
use crate::{credential, opening::Opener, record, refusal::Refusal, routes::MessageCall};

/// The media type of a sealed part.
const SEALED_TYPE: &str = "application/vnd.mayfly.sealed";

/// Mail opened here, to be kept by the client and never shown under our name.
fn download(media_type: &str, octets: Vec<u8>, filename: &str, source: Source) -> Outcome<Response> {
    let mut answer = reply::of(media_type, ResponseBody::Body(octets), source, Mail::Opened)?;
    answer.headers_mut().set("content-disposition", &disposition::attachment(filename))?;
    Ok(answer)
}

/// One message, and what is known of its inbox.
struct Asked<'a> {
    edge: &'a Edge,
    credential: &'a Credential,
    inbox: InboxId,
    message: MessageId,
    known: Option<&'a InboxRecord>,
    open: Option<Open>,
}

/// Answers what is asked of a message.
pub(super) async fn answer(
    edge: &Edge,
    request: &Request,
    inbox: InboxId,
    message: MessageId,
    call: MessageCall,
) -> Outcome<Response> {
    let credential = credential::read(request.headers().get("authorization")?.as_deref())?;
    let known = admit(edge, &credential, inbox).await?;
    let mut asked = Asked { edge, credential: &credential, inbox, message, known: known.as_deref(), open: None };
    if asked.is_deleted() {
        return Err(Refusal::no_such_message());
    }
    if !matches!(call, MessageCall::Erase) {
        asked.open = edge.opened(&credential, known.as_deref()).await;
    }
    match (call, &credential) {
        (MessageCall::Show, _) => asked.show().await,
        (MessageCall::Erase, _) => asked.erase().await,
        (MessageCall::Raw, Credential::ReadToken(_)) => asked.raw_sealed().await,
        (MessageCall::Raw, Credential::Capability(capability)) => asked.raw_opened(capability).await,
        (MessageCall::Attachment(n), Credential::Capability(capability)) => asked.attachment(capability, n).await,
        (MessageCall::Attachment(_), Credential::ReadToken(_)) => Err(Refusal::new(
            Kind::Forbidden,
            "A read token opens nothing. Fetch the message's raw part, open it, and cut the range that its content names.",
        )),
    }
}

impl Asked<'_> {
    /// Whether KV knows that it was deleted: no region need be asked.
    fn is_deleted(&self) -> bool {
        self.known.is_some_and(|record| record.deleted.iter().any(|gone| gone.id == self.message))
    }

    /// The message in KV's index, where its wrapping comes off.
    fn indexed(&self) -> Option<(&Open, &SealedEntry)> {
        let open = self.open.as_ref()?;
        let living = |entry: &&protocol::batch::IndexEntry| record::message_end(entry) > self.edge.now;
        let mut entries = open.record.entries.iter().filter(living).map(|entry| &entry.entry);
        entries.find(|entry| entry.id == self.message).map(|entry| (open, entry))
    }

    /// A part as KV has it.
    async fn part(&self, part: Part) -> Option<Vec<u8>> {
        let (open, entry) = self.indexed()?;
        open.part(self.edge, entry.id, part).await
    }

    /// Asks the inbox's home about the message.
    async fn ask_home(&self, method: Method, tail: &str) -> Heard {
        let path = format!("/v1/inboxes/{}/messages/{}{tail}", self.inbox, self.message);
        let ask = Ask { method, ..Ask::get(path) }.with_token(self.credential.read_token());
        let home = self.known.map(|record| record.region.as_str());
        self.edge.homes().of_inbox(home, &ask).await
    }

    /// The message's 404, where the inbox is known.
    fn missing(&self, said: Heard) -> Outcome<Response> {
        match said {
            Heard::Unknown if self.known.is_some() => Err(Refusal::no_such_message()),
            said @ (Heard::Answer(_) | Heard::Unknown | Heard::Unreachable) => heard(said),
        }
    }

    async fn show(&self) -> Outcome<Response> {
        if let Some((open, entry)) = self.indexed()
            && let Some(content) = open.part(self.edge, self.message, Part::Content).await
        {
            let mut entry = entry.clone();
            entry.sealed.content = Some(Base64(content));
            return match self.credential {
                Credential::ReadToken(_) => reply::json(&entry, Source::Kv, Mail::Closed),
                Credential::Capability(capability) => {
                    let opened = Opener::new(capability, self.inbox).entry(&entry).map_err(closed)?;
                    reply::json(&opened, Source::Kv, Mail::Opened)
                }
            };
        }
        let said = Heard::Answer(self.missing(self.ask_home(Method::Get, "").await)?);
        relay(said, self.credential, self.inbox, |opener, entry: SealedEntry| opener.entry(&entry)).await
    }

    async fn raw_sealed(&self) -> Outcome<Response> {
        if let Some(raw) = self.part(Part::Raw).await {
            return reply::of(SEALED_TYPE, ResponseBody::Body(raw), Source::Kv, Mail::Closed);
        }
        reply::forward(self.missing(self.ask_home(Method::Get, "/raw").await)?)
    }

    async fn raw_opened(&self, capability: &Capability) -> Outcome<Response> {
        let (source, sealed) = self.raw().await?;
        let raw = Opener::new(capability, self.inbox).raw(self.message, &sealed).map_err(closed)?;
        drop(sealed);
        download("message/rfc822", raw.to_vec(), "message.eml", source)
    }

    async fn attachment(&self, capability: &Capability, n: u32) -> Outcome<Response> {
        let opener = Opener::new(capability, self.inbox);
        // The message itself, which may be long, is fetched only for an attachment that there is.
        let attachment = opener.attachment(self.message, n, &self.content().await?).map_err(closed)?;
        let (source, sealed) = self.raw().await?;
        let octets = opener.cut(self.message, &attachment, &sealed).map_err(closed)?;
        drop(sealed);
        download("application/octet-stream", octets.to_vec(), &attachment.summary.filename, source)
    }

    /// The sealed raw part, from KV or the home region.
    async fn raw(&self) -> Outcome<(Source, Vec<u8>)> {
        if let Some(octets) = self.part(Part::Raw).await {
            return Ok((Source::Kv, octets));
        }
        let mut answer = self.success(self.ask_home(Method::Get, "/raw").await)?;
        let octets = home::body(&mut answer, SEALED_OCTETS).await.ok_or_else(Refusal::unreachable)?;
        Ok((Source::Origin, octets))
    }

    /// The sealed content, from KV or the home region.
    async fn content(&self) -> Outcome<Vec<u8>> {
        if let Some(octets) = self.part(Part::Content).await {
            return Ok(octets);
        }
        let mut answer = self.success(self.ask_home(Method::Get, "").await)?;
        let entry: SealedEntry = home::json(&mut answer).await.ok_or_else(Refusal::unreachable)?;
        entry.sealed.content.map(|content| content.0).ok_or_else(Refusal::internal)
    }

    /// A region's answer to something that is then opened here; what it refuses is refused in its place.
    fn success(&self, said: Heard) -> Outcome<Response> {
        let answer = self.missing(said)?;
        match answer.status_code() {
            200 => Ok(answer),
            401 | 403 => Err(Refusal::wrong_credential()),
            410 => Err(Refusal::gone()),
            _ => Err(Refusal::unreachable()),
        }
    }

    async fn erase(&self) -> Outcome<Response> {
        let answer = self.missing(self.ask_home(Method::Delete, "").await)?;
        if answer.status_code() < 300 {
            self.forget().await;
        }
        reply::forward(answer)
    }

    /// Drops a deleted message's parts from KV at once. The index is left to the home region's next batch: what was read
    /// of it here may be old, and to write that back could hide mail that came since.
    async fn forget(&self) {
        let drops = [Write::DropParts { inbox: self.inbox, message: self.message }];
        let _made_good_later = self.edge.mail.write(drops).await;
    }
}
