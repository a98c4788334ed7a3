//! Reads dialogs: `tests/dialogs/*.smtp`, whose syntax `tests/dialogs/README.md` tells.

use std::{fs, path::Path};

use crate::intake::{session::Protocol, tcp::Bounds};

/// A dialog.
pub(in crate::intake) struct Dialog {
    pub(in crate::intake) name: String,
    pub(in crate::intake) protocol: Protocol,
    pub(in crate::intake) bounds: Bounds,
    pub(in crate::intake) budget: usize,
    pub(in crate::intake) splitting: Splitting,
    pub(in crate::intake) steps: Vec<Step>,
}

/// Whether what the client sends may be split at will.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::intake) enum Splitting {
    Free,
    Whole,
}

/// A step of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::intake) enum Step {
    /// The client sends this in one piece.
    Client(Vec<u8>),
    /// The server answers with lines that begin with these, and nothing else.
    Server(Vec<String>),
    /// The session is over.
    Closed,
    /// The next message that was taken is this.
    Message(Vec<u8>),
    /// The trace fields of the message before begin with this.
    Trace(Vec<u8>),
}

/// All dialogs.
pub(in crate::intake) fn all() -> Vec<Dialog> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/dialogs");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "smtp"))
        .collect();
    files.sort();
    assert!(files.len() >= 10, "the dialogs are gone");
    files.iter().map(|path| parse(path)).collect()
}

fn parse(path: &Path) -> Dialog {
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let (protocol, bounds, budget, splitting) = (Protocol::Smtp, Bounds::default(), 1 << 30, Splitting::Free);
    let mut dialog = Dialog { name, protocol, bounds, budget, splitting, steps: Vec::new() };
    for (number, line) in text.lines().enumerate() {
        if !line.is_empty() && !line.starts_with('#') {
            dialog.line(line).unwrap_or_else(|| panic!("{}:{}: what is {line:?}?", dialog.name, number + 1));
        }
    }
    dialog
}

impl Dialog {
    fn line(&mut self, line: &str) -> Option<()> {
        let (kind, rest) = line.split_once(':').map(|(kind, rest)| (kind, rest.strip_prefix(' ').unwrap_or(rest)))?;
        let (kind, times) = kind.split_once('*').unwrap_or((kind, "1"));
        let times: usize = times.parse().ok()?;
        for _ in 0..times {
            match (kind, self.steps.last_mut()) {
                ("%", _) => self.setting(rest)?,
                ("C", Some(Step::Client(sent))) => sent.extend(ended(unescape(rest)?)),
                ("C", _) => self.steps.push(Step::Client(ended(unescape(rest)?))),
                ("c", Some(Step::Client(sent))) => sent.extend(unescape(rest)?),
                ("c", _) => self.steps.push(Step::Client(unescape(rest)?)),
                ("S", Some(Step::Server(lines))) => lines.push(rest.to_owned()),
                ("S", _) => self.steps.push(Step::Server(vec![rest.to_owned()])),
                ("X", _) => self.steps.push(Step::Closed),
                ("M", _) => self.steps.push(Step::Message(unescape(rest)?)),
                ("T", _) => self.steps.push(Step::Trace(unescape(rest)?)),
                _ => return None,
            }
        }
        Some(())
    }

    fn setting(&mut self, text: &str) -> Option<()> {
        let (name, value) = text.split_once(' ').unwrap_or((text, "0"));
        let value = value.parse().ok()?;
        match name {
            "lmtp" => self.protocol = Protocol::Lmtp,
            "whole" => self.splitting = Splitting::Whole,
            "budget" => self.budget = value,
            "size" => self.bounds.message_octets = value,
            "recipients" => self.bounds.recipients = value,
            "messages" => self.bounds.messages = value,
            "errors" => self.bounds.errors = value,
            "idle" => self.bounds.idle_commands = value,
            _ => return None,
        }
        Some(())
    }
}

fn ended(mut line: Vec<u8>) -> Vec<u8> {
    line.extend_from_slice(b"\r\n");
    line
}

/// `\r`, `\n`, `\t`, `\0`, `\\` and `\xHH` stand for octets; `\{a*80}` for eighty times `a`.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.extend_from_slice(plain.as_bytes());
        let (kind, tail) = escape.split_at_checked(1)?;
        rest = tail;
        match kind {
            "r" => out.push(b'\r'),
            "n" => out.push(b'\n'),
            "t" => out.push(b'\t'),
            "0" => out.push(0),
            "\\" => out.push(b'\\'),
            "x" => {
                let (digits, tail) = rest.split_at_checked(2)?;
                out.push(u8::from_str_radix(digits, 16).ok()?);
                rest = tail;
            }
            "{" => {
                let (repeated, tail) = rest.split_once('}')?;
                let (text, times) = repeated.rsplit_once('*')?;
                out.extend(text.repeat(times.parse().ok()?).bytes());
                rest = tail;
            }
            _ => return None,
        }
    }
    out.extend_from_slice(rest.as_bytes());
    Some(out)
}
