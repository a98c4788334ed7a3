//! A message as signatures see it: header fields octet by octet, and the body (RFC 6376 §3.4, §5.4).
//!
//! Never decodes anything, never changes an octet.

use std::collections::HashMap;

use crate::{
    judge::fields::{section, spans},
    limits::HEADER_OCTETS,
};

/// One field: everything before the colon, and everything after it, line breaks included.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) name: &'a [u8],
    pub(super) value: &'a [u8],
}

/// A message.
pub(super) struct Message<'a> {
    pub(super) header: &'a [u8],
    pub(super) fields: Vec<Field<'a>>,
    pub(super) body: &'a [u8],
}

/// The fields by name.
pub(super) struct Index(HashMap<Vec<u8>, Vec<usize>>);

impl Field<'_> {
    /// Whether it is called so.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.trim_ascii_end().eq_ignore_ascii_case(name.as_bytes())
    }
}

impl<'a> Message<'a> {
    /// Splits a message; nothing where its header is too long to be taken anyway.
    pub(super) fn read(raw: &'a [u8]) -> Option<Self> {
        let section = section(raw, 0, |_| false);
        let header = raw.get(section.header)?;
        let fields = || spans(header).filter_map(|span| field(&header[span])).collect();
        (header.len() <= HEADER_OCTETS).then(|| Self { header, fields: fields(), body: &raw[section.body..] })
    }

    /// The fields of that name, from the top, each with its place.
    pub(super) fn named(&self, name: &'static str) -> impl Iterator<Item = (usize, Field<'a>)> {
        self.fields.iter().copied().enumerate().filter(move |(_, field)| field.is(name))
    }

    /// The fields by name.
    pub(super) fn index(&self) -> Index {
        let mut index = HashMap::<Vec<u8>, Vec<usize>>::new();
        for (place, field) in self.fields.iter().enumerate() {
            index.entry(field.name.trim_ascii_end().to_ascii_lowercase()).or_default().push(place);
        }
        Index(index)
    }

    /// The fields that a signature at `own` names, in its order: of several with one name the lowest first, and
    /// nothing for those that are not there (RFC 6376 §5.4.2). It is not for itself.
    pub(super) fn select(&self, names: &[String], own: usize, index: &Index) -> Vec<Field<'a>> {
        let mut left = HashMap::<&str, &[usize]>::new();
        let mut selected = Vec::with_capacity(names.len());
        for name in names {
            let places = left.entry(name).or_insert_with(|| index.0.get(name.as_bytes()).map_or(&[], Vec::as_slice));
            while let Some((place, rest)) = places.split_last() {
                *places = rest;
                if *place != own {
                    selected.push(self.fields[*place]);
                    break;
                }
            }
        }
        selected
    }
}

fn field(lines: &[u8]) -> Option<Field<'_>> {
    let colon = lines.iter().position(|byte| matches!(byte, b':' | b'\n'))?;
    (lines[colon] == b':').then(|| Field { name: &lines[..colon], value: &lines[colon + 1..] })
}

#[cfg(test)]
mod tests;
