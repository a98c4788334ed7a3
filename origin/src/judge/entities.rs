//! Character references of HTML that occur in mail.
//!
//! Never holds the whole table of the standard: names that mail hardly uses stay as they are written.

/// Longest reference that is looked at, in octets after `&`.
const REFERENCE_OCTETS: usize = 32;

/// Calls `out` with each character of `text`, references decoded.
pub(super) fn each(text: &str, mut out: impl FnMut(char)) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        rest[..at].chars().for_each(&mut out);
        rest = &rest[at + 1..];
        match reference(rest) {
            Some((c, length)) => {
                out(c);
                rest = &rest[length..];
            }
            None => out('&'),
        }
    }
    rest.chars().for_each(&mut out);
}

/// `text` with its references decoded.
pub(super) fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    each(text, |c| out.push(c));
    out
}

/// The reference that `text` begins with, after its `&`, and how long it is.
fn reference(text: &str) -> Option<(char, usize)> {
    let head = &text.as_bytes()[..text.len().min(REFERENCE_OCTETS)];
    if let [b'#', digits @ ..] = head {
        return number(digits).map(|(c, length)| (c, length + 1));
    }
    let end = head.iter().position(|b| !b.is_ascii_alphanumeric()).filter(|end| head[*end] == b';')?;
    let index = NAMED.binary_search_by(|(name, _)| name.as_bytes().cmp(&head[..end])).ok()?;
    Some((NAMED[index].1, end + 1))
}

fn number(text: &[u8]) -> Option<(char, usize)> {
    let (radix, digits, prefix) = match text {
        [b'x' | b'X', digits @ ..] => (16, digits, 1),
        digits => (10, digits, 0),
    };
    let end = digits.iter().position(|b| !char::from(*b).is_digit(radix)).unwrap_or(digits.len());
    let code = std::str::from_utf8(&digits[..end]).ok().and_then(|text| u32::from_str_radix(text, radix).ok())?;
    let c = char::from_u32(code).filter(|c| *c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER);
    let semicolon = usize::from(digits.get(end) == Some(&b';'));
    Some((c, prefix + end + semicolon))
}

/// By name, in the order of their octets.
const NAMED: [(&str, char); 145] = [
    ("AElig", '\u{c6}'),
    ("Aacute", '\u{c1}'),
    ("Acirc", '\u{c2}'),
    ("Agrave", '\u{c0}'),
    ("Aring", '\u{c5}'),
    ("Atilde", '\u{c3}'),
    ("Auml", '\u{c4}'),
    ("Ccaron", '\u{10c}'),
    ("Ccedil", '\u{c7}'),
    ("Eacute", '\u{c9}'),
    ("Ecirc", '\u{ca}'),
    ("Egrave", '\u{c8}'),
    ("Euml", '\u{cb}'),
    ("Iacute", '\u{cd}'),
    ("Icirc", '\u{ce}'),
    ("Igrave", '\u{cc}'),
    ("Iuml", '\u{cf}'),
    ("Ntilde", '\u{d1}'),
    ("Oacute", '\u{d3}'),
    ("Ocirc", '\u{d4}'),
    ("Ograve", '\u{d2}'),
    ("Oslash", '\u{d8}'),
    ("Otilde", '\u{d5}'),
    ("Ouml", '\u{d6}'),
    ("Scaron", '\u{160}'),
    ("Scedil", '\u{15e}'),
    ("Uacute", '\u{da}'),
    ("Ucirc", '\u{db}'),
    ("Ugrave", '\u{d9}'),
    ("Uuml", '\u{dc}'),
    ("Yacute", '\u{dd}'),
    ("Zcaron", '\u{17d}'),
    ("ZeroWidthSpace", '\u{200b}'),
    ("aacute", '\u{e1}'),
    ("acirc", '\u{e2}'),
    ("acute", '\u{b4}'),
    ("aelig", '\u{e6}'),
    ("agrave", '\u{e0}'),
    ("amp", '&'),
    ("apos", '\u{27}'),
    ("aring", '\u{e5}'),
    ("atilde", '\u{e3}'),
    ("auml", '\u{e4}'),
    ("bdquo", '\u{201e}'),
    ("bull", '\u{2022}'),
    ("ccaron", '\u{10d}'),
    ("ccedil", '\u{e7}'),
    ("cedil", '\u{b8}'),
    ("cent", '\u{a2}'),
    ("check", '\u{2713}'),
    ("colon", ':'),
    ("comma", ','),
    ("commat", '@'),
    ("copy", '\u{a9}'),
    ("curren", '\u{a4}'),
    ("deg", '\u{b0}'),
    ("divide", '\u{f7}'),
    ("eacute", '\u{e9}'),
    ("ecirc", '\u{ea}'),
    ("egrave", '\u{e8}'),
    ("emsp", '\u{2003}'),
    ("ensp", '\u{2002}'),
    ("equals", '='),
    ("eth", '\u{f0}'),
    ("euml", '\u{eb}'),
    ("euro", '\u{20ac}'),
    ("excl", '!'),
    ("frac12", '\u{bd}'),
    ("frac14", '\u{bc}'),
    ("frasl", '\u{2044}'),
    ("ge", '\u{2265}'),
    ("gt", '>'),
    ("hearts", '\u{2665}'),
    ("hellip", '\u{2026}'),
    ("iacute", '\u{ed}'),
    ("icirc", '\u{ee}'),
    ("iexcl", '\u{a1}'),
    ("igrave", '\u{ec}'),
    ("iquest", '\u{bf}'),
    ("iuml", '\u{ef}'),
    ("laquo", '\u{ab}'),
    ("larr", '\u{2190}'),
    ("ldquo", '\u{201c}'),
    ("le", '\u{2264}'),
    ("lowbar", '_'),
    ("lpar", '('),
    ("lrm", '\u{200e}'),
    ("lsaquo", '\u{2039}'),
    ("lsquo", '\u{2018}'),
    ("lt", '<'),
    ("mdash", '\u{2014}'),
    ("micro", '\u{b5}'),
    ("middot", '\u{b7}'),
    ("minus", '\u{2212}'),
    ("nbsp", '\u{a0}'),
    ("ndash", '\u{2013}'),
    ("not", '\u{ac}'),
    ("ntilde", '\u{f1}'),
    ("num", '#'),
    ("oacute", '\u{f3}'),
    ("ocirc", '\u{f4}'),
    ("ograve", '\u{f2}'),
    ("ordf", '\u{aa}'),
    ("ordm", '\u{ba}'),
    ("oslash", '\u{f8}'),
    ("otilde", '\u{f5}'),
    ("ouml", '\u{f6}'),
    ("para", '\u{b6}'),
    ("period", '.'),
    ("plusmn", '\u{b1}'),
    ("pound", '\u{a3}'),
    ("quest", '?'),
    ("quot", '"'),
    ("raquo", '\u{bb}'),
    ("rarr", '\u{2192}'),
    ("rdquo", '\u{201d}'),
    ("reg", '\u{ae}'),
    ("rlm", '\u{200f}'),
    ("rpar", ')'),
    ("rsaquo", '\u{203a}'),
    ("rsquo", '\u{2019}'),
    ("sbquo", '\u{201a}'),
    ("scaron", '\u{161}'),
    ("scedil", '\u{15f}'),
    ("sect", '\u{a7}'),
    ("shy", '\u{ad}'),
    ("sol", '/'),
    ("sup2", '\u{b2}'),
    ("szlig", '\u{df}'),
    ("thinsp", '\u{2009}'),
    ("thorn", '\u{fe}'),
    ("tilde", '\u{2dc}'),
    ("times", '\u{d7}'),
    ("trade", '\u{2122}'),
    ("uacute", '\u{fa}'),
    ("ucirc", '\u{fb}'),
    ("ugrave", '\u{f9}'),
    ("uml", '\u{a8}'),
    ("uuml", '\u{fc}'),
    ("yacute", '\u{fd}'),
    ("yen", '\u{a5}'),
    ("yuml", '\u{ff}'),
    ("zcaron", '\u{17e}'),
    ("zwj", '\u{200d}'),
    ("zwnj", '\u{200c}'),
];
