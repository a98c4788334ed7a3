import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeBase64, decodeQuotedPrintable, decodeRange } from "./decode.ts";

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const text = (octets: Uint8Array) => Buffer.from(octets).toString("latin1");

test("base64 of every length comes back, folded or not", () => {
  for (let length = 0; length < 200; length++) {
    const plain = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
    const coded = Buffer.from(plain).toString("base64").replace(/.{76}/g, "$&\r\n");
    assert.deepEqual(decodeBase64(bytes(coded)), plain);
  }
});

test("base64 skips what is outside of its alphabet and takes missing padding and joined pieces", () => {
  assert.equal(text(decodeBase64(bytes("aG\t Vs!bG8"))), "hello");
  assert.equal(text(decodeBase64(bytes("aGVsbG8=\r\nIHlvdQ=="))), "hello you");
  assert.equal(text(decodeBase64(bytes("A"))), "");
});

test("quoted-printable as RFC 2045 §6.7 has it", () => {
  const cases: [string, string][] = [
    ["=41=c3=A9", "A\u00c3\u00a9"],
    ["soft =\r\nbreak", "soft break"],
    ["soft=  \r\nbreak", "softbreak"],
    ["trailing  \t\r\nnext\n", "trailing\r\nnext\n"],
    ["a broken =4 and =zz and =", "a broken =4 and =zz and "],
    ["ends=20 ", "ends "],
    ["", ""],
  ];
  for (const [coded, plain] of cases) assert.equal(text(decodeQuotedPrintable(bytes(coded))), plain, JSON.stringify(coded));
});

test("a range outside of the message is refused", () => {
  const raw = bytes("0123456789");
  assert.equal(text(decodeRange(raw, 2, 3, "identity")), "234");
  for (const [offset, length] of [[-1, 2], [9, 2], [0, 11], [0.5, 1], [Number.MAX_SAFE_INTEGER, 1], [0, Number.NaN]] as const) {
    assert.throws(() => decodeRange(raw, offset, length, "identity"), RangeError);
  }
});
