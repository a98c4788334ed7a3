//! Octets to text: the declared charset (RFC 2045 §5.1, RFC 2978), or the likeliest where it is wrong.
//!
//! Never fails: what cannot be read becomes U+FFFD.

use mail_parser::decoders::charsets::map::charset_decoder;

/// How far into HTML a `charset=` is looked for: the HTML standard's prescan.
const PRESCAN_OCTETS: usize = 1024;

/// The text that `bytes` are in `charset`.
///
/// UTF-8 that is valid and not plain ASCII is hardly ever anything else, so it is believed over a
/// declaration of ASCII or none at all; other octets without a declaration are taken for windows-1252.
pub(super) fn text(bytes: &[u8], charset: Option<&str>) -> String {
    let declared = charset.map(str::trim).filter(|name| !name.is_empty() && !is_ascii(name));
    let decoder = declared.filter(|name| !is_utf8(name)).and_then(|name| charset_decoder(name.as_bytes()));
    let text = match (decoder, declared) {
        (Some(decode), _) => decode(bytes),
        (None, Some(name)) if is_utf8(name) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => String::from_utf8_lossy(bytes).into_owned(),
        },
        (None, _) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => charset_decoder(b"windows-1252")
                .map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |decode| decode(bytes)),
        },
    };
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// What an HTML body says of its own charset where its part says nothing.
pub(super) fn of_html(bytes: &[u8]) -> Option<String> {
    let head = bytes[..bytes.len().min(PRESCAN_OCTETS)].to_ascii_lowercase();
    let at = head.windows(8).position(|window| window == b"charset=")? + 8;
    let value = head[at..].trim_ascii_start();
    let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
    let end = value.iter().position(|b| !b.is_ascii_alphanumeric() && !b"-_.:".contains(b)).unwrap_or(value.len());
    std::str::from_utf8(&value[..end]).ok().filter(|name| !name.is_empty()).map(str::to_owned)
}

fn is_ascii(name: &str) -> bool {
    ["us-ascii", "ascii", "ansi_x3.4-1968"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn is_utf8(name: &str) -> bool {
    ["utf-8", "utf8", "unicode-1-1-utf-8"].iter().any(|known| name.eq_ignore_ascii_case(known))
}
