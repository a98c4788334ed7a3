//! Cuts octets into pieces, as a network may. How it cuts is part of what the fuzzer makes up.

/// Sizes of pieces that take turns.
#[derive(Clone, Copy)]
pub(crate) struct Split([usize; 2]);

impl Split {
    /// Takes the sizes off the front of what the fuzzer made up.
    pub(crate) fn take(made_up: &[u8]) -> Option<(Self, &[u8])> {
        let (sizes, rest) = made_up.split_first_chunk::<2>()?;
        Some((Self(sizes.map(|size| 1 + usize::from(size % 64))), rest))
    }

    /// The pieces, in order.
    pub(crate) fn pieces(self, octets: &[u8]) -> impl Iterator<Item = &[u8]> {
        let mut rest = octets;
        self.0.into_iter().cycle().map_while(move |size| {
            let (piece, tail) = rest.split_at(size.min(rest.len()));
            rest = tail;
            (!piece.is_empty()).then_some(piece)
        })
    }
}
