// Content transfer encodings (RFC 2045 §6), undone on a range of the raw message. Pure.

export type TransferEncoding = "identity" | "base64" | "quoted-printable";

/** The decoded octets of `raw[offset .. offset + length]`; throws where the range lies outside of it. */
export function decodeRange(
  raw: Uint8Array<ArrayBuffer>,
  offset: number,
  length: number,
  encoding: TransferEncoding,
): Uint8Array<ArrayBuffer> {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0 || offset + length > raw.length) {
    throw new RangeError("the attachment's range lies outside of the message");
  }
  const body = raw.subarray(offset, offset + length);
  switch (encoding) {
    case "identity":
      return body.slice();
    case "base64":
      return decodeBase64(body);
    case "quoted-printable":
      return decodeQuotedPrintable(body);
  }
}

const SEXTETS = (() => {
  const table = new Int8Array(256).fill(-1);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (let i = 0; i < 64; i++) table[alphabet.charCodeAt(i)] = i;
  return table;
})();
const EQUALS = 0x3d;

/** RFC 2045 §6.8: characters outside of the alphabet are skipped; padding ends a group, not the text. */
export function decodeBase64(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(Math.ceil((body.length * 3) / 4));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (const octet of body) {
    if (octet === EQUALS) {
      // Some senders join encoded pieces; what follows the padding starts afresh.
      bits = 0;
      held = 0;
      continue;
    }
    const sextet = SEXTETS[octet] ?? -1;
    if (sextet < 0) continue;
    held = ((held << 6) | sextet) & 0x3fff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (held >> bits) & 0xff;
    }
  }
  return out.slice(0, at);
}

function hex(octet: number | undefined): number {
  if (octet === undefined) return -1;
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const upper = octet & 0xdf;
  return upper >= 0x41 && upper <= 0x46 ? upper - 0x37 : -1;
}

/** RFC 2045 §6.7: white space at a line's end is dropped, `=` at its end joins lines, a broken escape stays as it is. */
export function decodeQuotedPrintable(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(body.length);
  let at = 0;
  let lineStart = 0;
  while (lineStart < body.length) {
    const newline = body.indexOf(0x0a, lineStart);
    const next = newline < 0 ? body.length : newline + 1;
    let end = newline < 0 ? body.length : newline;
    if (newline > lineStart && body[end - 1] === 0x0d) end--;
    const ending = end;
    while (end > lineStart && (body[end - 1] === 0x20 || body[end - 1] === 0x09)) end--;
    const soft = end > lineStart && body[end - 1] === EQUALS;
    if (soft) end--;
    for (let i = lineStart; i < end; i++) {
      const octet = body[i] ?? 0;
      const high = octet === EQUALS && i + 2 < end ? hex(body[i + 1]) : -1;
      const low = high < 0 ? -1 : hex(body[i + 2]);
      if (low >= 0) {
        out[at++] = (high << 4) | low;
        i += 2;
      } else out[at++] = octet;
    }
    if (!soft) for (let i = ending; i < next; i++) out[at++] = body[i] ?? 0;
    lineStart = next;
  }
  return out.slice(0, at);
}
