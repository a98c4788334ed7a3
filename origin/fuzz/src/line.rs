//! Lines: the same ones, however the octets were split.

use origin::intake::line::{Line, Lines};

use crate::split::Split;

/// A line that was cut, or what came in its stead.
#[derive(Debug, PartialEq, Eq)]
enum Cut {
    Text(Vec<u8>),
    TooLong,
    Unclean,
    BareLf,
    Endless,
    TlsHello,
}

/// The lines are those of the octets, never those of the pieces; none holds a CR, a LF or a NUL.
pub fn line(made_up: &[u8]) {
    let Some((split, octets)) = Split::take(made_up) else { return };
    let whole = cut([octets]);
    let pieces = cut(split.pieces(octets));
    assert_eq!(whole, pieces, "the split changed the lines");
    for line in &whole {
        if let Cut::Text(text) = line {
            assert!(!text.iter().any(|octet| b"\r\n\0".contains(octet)), "an unclean line was taken for a clean one");
        }
    }
}

fn cut<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Cut> {
    let mut lines = Lines::default();
    let mut cut = Vec::new();
    for piece in pieces {
        lines.push(piece);
        while let Some((line, _)) = lines.take() {
            let line = match line {
                Line::Text(text) => Cut::Text(text.to_vec()),
                Line::TooLong => Cut::TooLong,
                Line::Unclean => Cut::Unclean,
                Line::BareLf => Cut::BareLf,
                Line::Endless => Cut::Endless,
                Line::TlsHello => Cut::TlsHello,
            };
            let last = matches!(line, Cut::BareLf | Cut::Endless | Cut::TlsHello);
            cut.push(line);
            if last {
                return cut;
            }
        }
    }
    cut
}
