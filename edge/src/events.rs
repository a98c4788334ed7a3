//! An event stream (HTML Standard §9.2) as it passes through: cut into events, and one event's data replaced.
//!
//! Bounded: an event past [`EVENT_OCTETS`] ends the stream rather than filling memory.

/// Largest event in octets: a sealed summary in base64url fits twice.
pub const EVENT_OCTETS: usize = 64 * 1024;

/// An event past its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is longer than {EVENT_OCTETS} octets")]
pub struct TooLong;

/// Cuts octets into events. Lines end in LF or CRLF, as our origins write them.
#[derive(Clone, Debug, Default)]
pub struct Cutter {
    pending: Vec<u8>,
}

impl Cutter {
    /// Takes more octets and returns the events that are now complete, without the empty line that ends each.
    ///
    /// # Errors
    /// [`TooLong`]: nothing more can be read from this stream.
    pub fn push(&mut self, octets: &[u8]) -> Result<Vec<String>, TooLong> {
        let mut events = Vec::new();
        for octet in octets {
            if *octet != b'\r' {
                self.pending.push(*octet);
            }
            if self.pending.ends_with(b"\n\n") || self.pending == b"\n" {
                let event = std::mem::take(&mut self.pending);
                let event = String::from_utf8_lossy(&event).trim_end_matches('\n').to_owned();
                if !event.is_empty() {
                    events.push(event);
                }
            }
            if self.pending.len() > EVENT_OCTETS {
                return Err(TooLong);
            }
        }
        Ok(events)
    }
}

/// The data of a `message` event; none for every other event, and for comments.
#[must_use]
pub fn message_data(event: &str) -> Option<String> {
    let is_message = fields(event).any(|(name, value)| name == "event" && value == "message");
    let data: Vec<&str> = fields(event).filter(|(name, _)| *name == "data").map(|(_, value)| value).collect();
    (is_message && !data.is_empty()).then(|| data.join("\n"))
}

/// The event with `data` in place of its own, as it goes to the client.
#[must_use]
pub fn with_data(event: &str, data: &str) -> String {
    let kept = event.lines().filter(|line| field(line).0 != "data");
    let data = data.lines().map(|line| format!("data: {line}"));
    let mut text: String = kept.map(str::to_owned).chain(data).collect::<Vec<_>>().join("\n");
    text.push_str("\n\n");
    text
}

/// The event as it came.
#[must_use]
pub fn unchanged(event: &str) -> String {
    format!("{event}\n\n")
}

/// The fields of an event.
fn fields(event: &str) -> impl Iterator<Item = (&str, &str)> {
    event.lines().map(field)
}

/// One line: a name, and a value without the one space that may precede it. A comment has an empty name.
fn field(line: &str) -> (&str, &str) {
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    (name, value.strip_prefix(' ').unwrap_or(value))
}

#[cfg(test)]
mod tests;
