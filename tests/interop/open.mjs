// Opens the vectors of tests/golden/sealed.json, and unwraps those of wrap.json, with an implementation that shares no
// code with ours: hpke-js for HPKE and its two KEMs, Node's OpenSSL for HKDF, SHA-256 and ChaCha20-Poly1305, its zlib
// for deflate.
// The layouts are those of the documentation of protocol/src/sealing, protocol/src/wrap.rs and protocol/src/capability.rs.
//
//   node tests/interop/open.mjs [directory of the vectors]
//
// Exits with 1 and says which vector it was if anything differs, or if anything opens that was tampered with.

import assert from "node:assert/strict";
import { createDecipheriv, createHash, hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { inflateRawSync } from "node:zlib";
import { Chacha20Poly1305 } from "@hpke/chacha20poly1305";
import { CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";

const PARTS = { summary: 1, content: 2, raw: 3, address: 4, delivery: 5 };
const ENCODINGS = ["identity", "deflate"];
const ENCAPSULATION_OCTETS = { 1: 1120, 2: 32 };
const TAG_OCTETS = 16;
const HEADER_OCTETS = 5;
const FLOOR = 256;

const golden = process.argv[2] ? pathToFileURL(`${process.argv[2]}/`) : new URL("../golden/", import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, golden), "utf8"));
const octets = (base64url) => Buffer.from(base64url, "base64url");
const sha256 = (...pieces) => createHash("sha256").update(Buffer.concat(pieces)).digest();
const expand = (capability, label) => Buffer.from(hkdfSync("sha256", capability, "", label, 32));

/** RFC 4648 §6, lower case, no padding: 16 octets in 26 characters. */
function id(text) {
  let bits = "";
  for (const character of text) bits += "abcdefghijklmnopqrstuvwxyz234567".indexOf(character).toString(2).padStart(5, "0");
  return Buffer.from(Array.from({ length: 16 }, (_, n) => Number.parseInt(bits.slice(8 * n, 8 * n + 8), 2)));
}

const kems = { 1: () => new XWing(), 2: () => new DhkemX25519HkdfSha256() };
const suite = (number) => new CipherSuite({ kem: kems[number](), kdf: new HkdfSha256(), aead: new Chacha20Poly1305() });

function exact(buffer) {
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
}

async function keyPair(hpke, vector) {
  if (vector.suite === 2) return hpke.kem.deriveKeyPair(exact(octets(vector.key.seed)));
  const capability = octets(vector.key.capability.slice(1));
  assert.equal(vector.key.capability[0], "1");
  await hpke.kem.generateKeyPair(); // loads the KEM, which generateKeyPairDerand does not
  return hpke.kem.generateKeyPairDerand(new Uint8Array(expand(capability, "mayfly kem v1")));
}

/** The padded length of `len` octets by Padmé, above a floor. */
function padded(len) {
  if (len <= FLOOR) return FLOOR;
  const exponent = Math.floor(Math.log2(len));
  const unit = 2 ** (exponent - Math.floor(Math.log2(exponent)) - 1);
  return Math.ceil(len / unit) * unit;
}

/** The plaintext of one blob; throws whatever is wrong with it. */
async function open(hpke, pair, vector, name, blob) {
  const part = PARTS[name];
  assert.equal(blob[0], vector.suite, "suite");
  assert.equal(blob[1], part, "part");
  const start = 2 + ENCAPSULATION_OCTETS[vector.suite];
  const message = name === "address" ? Buffer.alloc(16) : id(vector.message_id);
  const binding = Buffer.concat([id(vector.inbox_id), message]);
  const context = await hpke.createRecipientContext({
    recipientKey: pair.privateKey,
    enc: exact(blob.subarray(2, start)),
    info: exact(Buffer.concat([Buffer.from("mayfly seal v1"), Buffer.from([vector.suite]), binding])),
  });
  const exported = await context.export(exact(Buffer.concat([Buffer.from("mayfly part v1"), Buffer.from([part])])), 44);
  const key = Buffer.from(exported);

  const aead = createDecipheriv("chacha20-poly1305", key.subarray(0, 32), key.subarray(32), { authTagLength: TAG_OCTETS });
  aead.setAAD(Buffer.concat([Buffer.from([vector.suite, part]), binding]));
  aead.setAuthTag(blob.subarray(blob.length - TAG_OCTETS));
  const plaintext = Buffer.concat([aead.update(blob.subarray(start, blob.length - TAG_OCTETS)), aead.final()]);

  const length = plaintext.readUInt32BE(0);
  const payload = plaintext.subarray(HEADER_OCTETS, HEADER_OCTETS + length);
  assert.equal(payload.length, length, "length");
  assert.equal(plaintext.length, padded(HEADER_OCTETS + length), "padded length");
  assert.ok(plaintext.subarray(HEADER_OCTETS + length).every((octet) => octet === 0), "zeros");
  return { encoding: ENCODINGS[plaintext[4]], payload };
}

/** Opened twice over: as it is, and with one bit changed in each of its regions. */
async function check(hpke, pair, vector, sealed) {
  const blob = octets(sealed.blob);
  const { encoding, payload } = await open(hpke, pair, vector, sealed.part, blob);
  assert.equal(encoding, sealed.encoding, "encoding");
  const plaintext = encoding === "deflate" ? inflateRawSync(payload, { maxOutputLength: 1 << 20 }) : payload;
  assert.deepEqual(plaintext, octets(sealed.plaintext), "plaintext");

  const start = 2 + ENCAPSULATION_OCTETS[vector.suite];
  const places = [0, 1, 2, start - 2, start, blob.length - TAG_OCTETS - 1, blob.length - TAG_OCTETS, blob.length - 1];
  for (const place of places) {
    const tampered = Buffer.from(blob);
    tampered[place] ^= 1;
    await assert.rejects(open(hpke, pair, vector, sealed.part, tampered), undefined, `bit 0 of octet ${place} flipped`);
  }
  const elsewhere = { ...vector, inbox_id: vector.message_id };
  await assert.rejects(open(hpke, pair, elsewhere, sealed.part, blob), undefined, "another inbox");
  return places.length + 1;
}

for (const vector of read("capability.json")) {
  const capability = octets(vector.capability.slice(1));
  assert.deepEqual(capability, octets(vector.octets));
  const token = expand(capability, "mayfly read token v1");
  const hash = sha256(Buffer.from("mayfly read token hash v1"), token);
  assert.equal(vector.read_token, `r${token.toString("base64url")}`);
  assert.equal(vector.read_token_hash, hash.toString("base64url"));
  assert.deepEqual(id(vector.inbox_id), sha256(Buffer.from("mayfly inbox id v1"), hash).subarray(0, 16));
  const hpke = suite(1);
  const pair = await keyPair(hpke, { suite: 1, key: vector });
  assert.deepEqual(Buffer.from(await hpke.kem.serializePublicKey(pair.publicKey)), octets(vector.public_key));
}

let opened = 0;
let refused = 0;
for (const [number, vector] of read("sealed.json").entries()) {
  const hpke = suite(vector.suite);
  const pair = await keyPair(hpke, vector);
  assert.deepEqual(Buffer.from(await hpke.kem.serializePublicKey(pair.publicKey)), octets(vector.public_key));
  for (const sealed of vector.parts) {
    try {
      refused += await check(hpke, pair, vector, sealed);
      opened += 1;
    } catch (error) {
      console.error(`interop: message ${number}, ${sealed.part}: ${error.message}`);
      process.exit(1);
    }
  }
}

/** Takes a wrapping off, by protocol/src/wrap.rs: one HKDF of both keys, and Node's ChaCha20-Poly1305. */
function unwrap(vector, name, wrapped) {
  const part = PARTS[name];
  const trailer = wrapped.subarray(wrapped.length - 5);
  const form = trailer[4];
  assert.equal(form, name === "address" ? 2 : 1, "form");
  const ikm = form === 1 ? octets(vector.epoch_key) : Buffer.from("mayfly wrap v1 address");
  assert.equal(trailer.readUInt32BE(0), form === 1 ? vector.epoch : 0, "epoch");
  const binding = Buffer.concat([id(vector.inbox_id), form === 1 ? id(vector.message_id) : Buffer.alloc(16)]);
  const info = Buffer.concat([Buffer.from("mayfly wrap v1"), Buffer.from([form]), trailer.subarray(0, 4), binding]);
  const key = Buffer.from(hkdfSync("sha256", ikm, octets(vector.wrap_key), info, 32));
  const end = wrapped.length - 5 - TAG_OCTETS;
  const nonce = Buffer.concat([Buffer.alloc(11), Buffer.from([part])]);
  const aead = createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: TAG_OCTETS });
  aead.setAAD(Buffer.concat([Buffer.from([form, part]), binding]));
  aead.setAuthTag(wrapped.subarray(end, end + TAG_OCTETS));
  return Buffer.concat([aead.update(wrapped.subarray(0, end)), aead.final()]);
}

const wraps = read("wrap.json");
for (const { part, sealed, wrapped } of wraps.parts) {
  assert.deepEqual(unwrap(wraps, part, octets(wrapped)), octets(sealed), `wrapped ${part}`);
  const stale = { ...wraps, epoch_key: wraps.wrap_key, wrap_key: wraps.epoch_key };
  assert.throws(() => unwrap(stale, part, octets(wrapped)), undefined, `wrapped ${part} under other keys`);
  opened += 1;
  refused += 1;
}
assert.ok(opened > 0, "no vectors");
console.log(`interop: ${opened} parts opened, ${refused} tampered refused`);
