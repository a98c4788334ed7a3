//! Secrets and names as characters: base64url and base32, one text for one value.
//!
//! Characters are found by arithmetic, not in a table, so that no look-up depends on a secret. What a compiler makes of
//! that arithmetic is not checked. For byte strings in bulk there is [`crate::bytes`], which is faster and not secret.

/// A numeral system of RFC 4648, without padding: how many bits a character carries, and which characters, in order.
pub struct Alphabet {
    bits: u32,
    ranges: &'static [(u8, u8)],
}

/// RFC 4648 §5.
pub const BASE64URL: Alphabet =
    Alphabet { bits: 6, ranges: &[(b'A', b'Z'), (b'a', b'z'), (b'0', b'9'), (b'-', b'-'), (b'_', b'_')] };

/// RFC 4648 §6 in lower case.
pub const BASE32: Alphabet = Alphabet { bits: 5, ranges: &[(b'a', b'z'), (b'2', b'7')] };

/// A text that no octets of the wanted number have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotTheText;

impl Alphabet {
    /// Characters of `octets` octets.
    #[must_use]
    pub const fn chars(&self, octets: usize) -> usize {
        (octets * 8).div_ceil(self.bits as usize)
    }

    /// Writes `octets` behind what `text` holds already. Give it room for [`Self::chars`] beforehand, for a text that
    /// grows leaves copies of a secret behind.
    pub fn encode(&self, octets: &[u8], text: &mut String) {
        let mut window = 0_u32;
        let mut held = 0;
        for &octet in octets {
            window = window << 8 | u32::from(octet);
            held += 8;
            while held >= self.bits {
                held -= self.bits;
                text.push(self.character(window >> held));
            }
        }
        if held > 0 {
            text.push(self.character(window << (self.bits - held)));
        }
    }

    /// Reads a whole text into all of `octets`.
    ///
    /// # Errors
    /// [`NotTheText`]: another length, another character, or bits left over that are not zero.
    pub fn decode(&self, text: &[u8], octets: &mut [u8]) -> Result<(), NotTheText> {
        if text.len() != self.chars(octets.len()) {
            return Err(NotTheText);
        }
        let mut window = 0_u32;
        let mut held = 0;
        let mut valid = u8::MAX;
        let mut places = octets.iter_mut();
        for &character in text {
            let (value, known) = self.value(character);
            valid &= known;
            window = window << self.bits | u32::from(value);
            held += self.bits;
            if held >= 8 {
                held -= 8;
                if let Some(place) = places.next() {
                    [.., *place] = (window >> held).to_be_bytes();
                }
            }
        }
        let rest = window & ((1 << held) - 1);
        if valid == u8::MAX && rest == 0 { Ok(()) } else { Err(NotTheText) }
    }

    /// The character of the lowest bits of `window`.
    fn character(&self, window: u32) -> char {
        let [.., low] = window.to_be_bytes();
        let value = low & ((1 << self.bits) - 1);
        let mut first = 0;
        let mut character = 0;
        for &(from, to) in self.ranges {
            let last = first + (to - from);
            character |= within(value, first, last) & value.wrapping_sub(first).wrapping_add(from);
            first = last + 1;
        }
        char::from(character)
    }

    /// The value of a character, and all ones if it has one, else zero.
    fn value(&self, character: u8) -> (u8, u8) {
        let mut first = 0;
        let mut value = 0;
        let mut known = 0;
        for &(from, to) in self.ranges {
            let inside = within(character, from, to);
            value |= inside & character.wrapping_sub(from).wrapping_add(first);
            known |= inside;
            first += to - from + 1;
        }
        (value, known)
    }
}

/// All ones if `first <= value <= last`, else zero; written without a branch.
fn within(value: u8, first: u8, last: u8) -> u8 {
    let [value, first, last] = [value, first, last].map(i16::from);
    // Arithmetic shifts: all ones for a difference below zero.
    let outside = (value - first) >> 8 | (last - value) >> 8;
    let [_, low] = (!outside).to_be_bytes();
    low
}

#[cfg(test)]
mod tests;
