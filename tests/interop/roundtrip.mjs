// Native code sealed the vectors of tests/golden; here the browser's Wasm derives the same keys and opens them.
//
//   node tests/interop/roundtrip.mjs [directory of opener.js and opener_bg.wasm]
//
// Exits with 1 and says what differs, if anything does.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { inflateRawSync } from "node:zlib";

const PARTS = { summary: 1, content: 2, raw: 3, address: 4, delivery: 5 };
const NO_MESSAGE = "a".repeat(26);

const golden = new URL("../golden/", import.meta.url);
const built = process.argv[2] ? pathToFileURL(`${process.argv[2]}/`) : new URL("../../edge/opener/pkg/", import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, golden), "utf8"));
const octets = (base64url) => new Uint8Array(Buffer.from(base64url, "base64url"));

// By its text, for Node would take a .js file outside a package for CommonJS.
const glue = readFileSync(new URL("opener.js", built)).toString("base64");
const { initSync, generate, Opener } = await import(`data:text/javascript;base64,${glue}`);
initSync({ module: readFileSync(new URL("opener_bg.wasm", built)) });

const says = (word) => (error) => error instanceof Error && error.message === word;

let derived = 0;
for (const vector of read("capability.json")) {
  assert.equal(generate(octets(vector.octets)), vector.capability);
  const opener = new Opener(vector.capability);
  assert.equal(opener.inboxId, vector.inbox_id);
  assert.equal(opener.readToken, vector.read_token);
  assert.equal(opener.readTokenHash, vector.read_token_hash);
  assert.equal(opener.publicKey, vector.public_key);
  opener.free();
  derived += 1;
}

/** Opens one part, then sees it refused for every reason there is. */
function check(opener, vector, sealed) {
  const messageId = sealed.part === "address" ? NO_MESSAGE : vector.message_id;
  const part = PARTS[sealed.part];
  const blob = octets(sealed.blob);
  const opened = opener.open(messageId, part, blob);
  assert.equal(opened.deflated, sealed.encoding === "deflate");
  const plaintext = opened.deflated ? inflateRawSync(opened.bytes) : opened.bytes;
  assert.deepEqual(Buffer.from(plaintext), Buffer.from(sealed.plaintext, "base64url"));
  opened.free();

  const tampered = (place) => blob.map((octet, n) => (n === place ? octet ^ 1 : octet));
  const refusals = [
    ["suite", messageId, part, tampered(0)],
    ["part", messageId, part, tampered(1)],
    ["seal", messageId, part, tampered(2)],
    ["seal", messageId, part, tampered(2 + 1120)],
    ["seal", messageId, part, tampered(blob.length - 1)],
    ["seal", messageId, part, blob.subarray(0, blob.length - 1)],
    ["seal", vector.inbox_id, part, blob],
    ["part", messageId, (part % 5) + 1, blob],
    ["part", messageId, 6, blob],
    ["truncated", messageId, part, blob.subarray(0, 1000)],
    ["truncated", messageId, part, blob.subarray(0, 0)],
    ["message id", "nonsense", part, blob],
  ];
  for (const [word, ...call] of refusals) assert.throws(() => opener.open(...call), says(word));
  return refusals.length;
}

let opened = 0;
let refused = 0;
const messages = read("sealed.json");
for (const vector of messages.filter(({ suite }) => suite === 1)) {
  const opener = new Opener(vector.key.capability);
  for (const sealed of vector.parts) {
    refused += check(opener, vector, sealed);
    opened += 1;
  }
  for (const foreign of messages.filter(({ suite }) => suite === 2)) {
    for (const { part, blob } of foreign.parts) {
      assert.throws(() => opener.open(foreign.message_id, PARTS[part], octets(blob)), says("suite"));
      refused += 1;
    }
  }
  opener.free();
}
assert.throws(() => new Opener("1tooshort"), says("capability"));
assert.throws(() => generate(new Uint8Array(31)), says("random"));
assert.ok(derived > 0 && opened > 0, "no vectors");
console.log(`roundtrip: ${derived} capabilities derived, ${opened} parts opened, ${refused} calls refused`);
