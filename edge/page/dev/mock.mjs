// A stand-in for the service, to look at the page without it: node edge/page/dev/mock.mjs [--port N]
// Serves dist under the page's policy, speaks the part of /v1 that the page uses, and truly seals (by an independent HPKE).
// `POST /dev/deliver {"inbox"?, "sample"}` brings mail, `POST /dev/refuse {"inbox"?, "record"?}` mail that does not come, `POST /dev/set {"stream"|"list"|"create"|"kv": …}` brings trouble. Never for use.
import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { deflateRawSync } from "node:zlib";
import { Chacha20Poly1305 } from "@hpke/chacha20poly1305";
import { CipherSuite, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";
import { samples } from "./samples.mjs";

export const PAGE_CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: https:; " +
  "connect-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types dompurify";

const dist = join(dirname(fileURLToPath(import.meta.url)), "../dist");
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json", ".txt": "text/plain" };
const DAY = 86_400_000;

const suite = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Chacha20Poly1305() });
const ascii = (text) => new TextEncoder().encode(text);
const bytes = (...parts) => new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

function base32(octets) {
  let bits = 0;
  let held = 0;
  let out = "";
  for (const octet of octets) {
    held = (held << 8) | octet;
    bits += 8;
    for (; bits >= 5; bits -= 5) out += ALPHABET[(held >> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? out + ALPHABET[(held << (5 - bits)) & 31] : out;
}

/** Seals parts of one message: `{part: plaintext}` in, `{part: blob}` out. */
export async function seal(publicKey, inbox, message, parts) {
  const recipientPublicKey = await suite.kem.deserializePublicKey(publicKey);
  const sender = await suite.createSenderContext({ recipientPublicKey, info: bytes(ascii("mayfly seal v1"), [1], inbox, message) });
  const sealed = {};
  for (const [name, text] of Object.entries(parts)) {
    const part = Number(name);
    const payload = deflateRawSync(text);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(payload.length);
    head[4] = 1;
    const plain = Buffer.concat([head, payload]);
    const exported = new Uint8Array(await sender.export(bytes(ascii("mayfly part v1"), [part]), 44));
    const cipher = createCipheriv("chacha20-poly1305", exported.slice(0, 32), exported.slice(32), { authTagLength: 16 });
    cipher.setAAD(bytes([1, part], inbox, message), { plaintextLength: plain.length });
    const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    sealed[part] = Buffer.concat([Buffer.from([1, part]), new Uint8Array(sender.enc), body]);
  }
  return sealed;
}

export function startMock({ port = 0, csp = PAGE_CSP, now = Date.now } = {}) {
  const inboxes = new Map();
  const set = { stream: "up", list: "up", create: "up", kv: "", life: DAY };

  const problem = (response, status, detail, headers = {}) => {
    response.writeHead(status, { "content-type": "application/problem+json", ...headers });
    response.end(JSON.stringify({ type: "urn:mayfly:problem:mock", title: "Mock", status, detail }));
  };
  const json = (response, status, value) => {
    response.writeHead(status, { "content-type": "application/json", "mayfly-source": set.kv ? "kv" : "origin" });
    response.end(JSON.stringify(value));
  };
  const body = async (request) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    return JSON.parse(Buffer.concat(chunks).toString() || "{}");
  };
  const view = (inbox) => ({
    id: inbox.id,
    domain: inbox.domain,
    created_at: new Date(inbox.createdAt).toISOString(),
    expires_at: new Date(inbox.expiresAt).toISOString(),
    provider: "mayfly",
    privacy: "sealed",
  });
  const entry = (message, content) => ({
    id: message.id,
    received_at: new Date(message.receivedAt).toISOString(),
    size: message.parts[3].length,
    sealed: { summary: message.parts[1].toString("base64url"), ...(content ? { content: message.parts[2].toString("base64url") } : {}) },
  });
  const send = (inbox, name, id, data) => {
    for (const stream of inbox.streams) stream.write(`event: ${name}\nid: c${id}\ndata: ${JSON.stringify(data)}\n\n`);
  };

  async function create(request, response) {
    if (set.create === "limited") return problem(response, 429, "Too many.", { "retry-after": "7" });
    if (set.create === "down") return problem(response, 503, "Down.");
    const wish = await body(request);
    if (wish.name === "taken") return problem(response, 409, "Taken.");
    const hash = Buffer.from(wish.read_token_hash, "base64url");
    const idBytes = createHash("sha256").update("mayfly inbox id v1").update(hash).digest().subarray(0, 16);
    const domain = wish.domain ?? "mayfly.example";
    const address = `${wish.name ?? `brisk.heron${1000 + (randomBytes(2).readUInt16BE() % 9000)}`}@${domain}`;
    const publicKey = new Uint8Array(Buffer.from(wish.public_key, "base64url"));
    const sealed = await seal(publicKey, idBytes, Buffer.alloc(16), { 4: ascii(address) });
    const inbox = { id: base32(idBytes), idBytes, publicKey, address, domain, sealed: sealed[4], createdAt: now() + set.life - DAY, expiresAt: now() + set.life, messages: [], streams: new Set(), missed: [], seq: 0 };
    inboxes.set(inbox.id, inbox);
    json(response, 201, { ...view(inbox), address });
  }

  async function deliver(request, response) {
    const { inbox: id, sample = "code", html, ago = 0 } = await body(request);
    const inbox = id ? inboxes.get(id) : [...inboxes.values()].at(-1);
    const { summary, content, raw } = samples(sample, html);
    const messageId = randomBytes(16);
    const parts = await seal(inbox.publicKey, inbox.idBytes, messageId, { 1: ascii(JSON.stringify(summary)), 2: ascii(JSON.stringify(content)), 3: raw });
    if (sample === "damaged") parts[1][parts[1].length - 1] ^= 1;
    inbox.seq++;
    const message = { id: base32(messageId), seq: inbox.seq, receivedAt: now() - ago, parts };
    inbox.messages.push(message);
    send(inbox, "message", inbox.seq, entry(message));
    json(response, 200, { id: message.id });
  }

  async function refuse(request, response) {
    const { inbox: id, record = {}, ago = 0 } = await body(request);
    const inbox = id ? inboxes.get(id) : [...inboxes.values()].at(-1);
    const recordId = randomBytes(16);
    const at = new Date(now() - ago).toISOString();
    const whole = { at, sender_domain: "shop.example", size: 21_000_000, reason: "too_large", reply: "552 5.3.4 Message too large", ...record };
    const parts = await seal(inbox.publicKey, inbox.idBytes, recordId, { 5: ascii(JSON.stringify(whole)) });
    const missed = { id: base32(recordId), at, sealed: parts[5].toString("base64url") };
    inbox.missed.push(missed);
    send(inbox, "delivery", ++inbox.seq, { id: missed.id, at });
    json(response, 200, { id: missed.id });
  }

  function events(request, response, inbox) {
    if (set.stream === "down") return problem(response, 502, "No region.");
    const since = Number((request.headers["last-event-id"] ?? "c0").slice(1));
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(":\n\n");
    for (const message of inbox.messages.filter((it) => it.seq > since)) response.write(`event: message\nid: c${message.seq}\ndata: ${JSON.stringify(entry(message))}\n\n`);
    inbox.streams.add(response);
    request.on("close", () => inbox.streams.delete(response));
  }

  async function api(request, response, url) {
    const [, , kind, id, what, mid, raw] = url.pathname.split("/");
    if (kind === "domains") return json(response, 200, { domains: [{ name: "mayfly.example" }, { name: "one-day.example" }] });
    if (kind !== "inboxes") return problem(response, 404, "Nothing here.");
    if (!id) return create(request, response);
    const inbox = inboxes.get(id);
    if (!request.headers.authorization?.startsWith("Bearer r")) return problem(response, 401, "No credential.");
    if (!inbox || inbox.expiresAt <= now()) return problem(response, 410, "Ended.");
    if (!what) {
      if (request.method === "DELETE") {
        inboxes.delete(id);
        for (const stream of inbox.streams) stream.end();
        return response.writeHead(204).end();
      }
      if (request.method === "PATCH") inbox.expiresAt = now() + DAY;
      return json(response, 200, { ...view(inbox), sealed: { address: inbox.sealed.toString("base64url") } });
    }
    if (what === "events") return events(request, response, inbox);
    if (set.list === "down") return problem(response, 503, "Down.");
    if (set.list === "limited") return problem(response, 429, "Too many.", { "retry-after": "5" });
    if (what === "deliveries") return json(response, 200, { deliveries: inbox.missed, cursor: `c${inbox.seq}` });
    if (!mid) {
      const since = Number((url.searchParams.get("since") ?? "c0").slice(1));
      return json(response, 200, { messages: inbox.messages.filter((it) => it.seq > since).map((it) => entry(it)), cursor: `c${inbox.seq}` });
    }
    const message = inbox.messages.find((it) => it.id === mid);
    if (!message) return problem(response, 404, "No such message.");
    if (raw) {
      response.writeHead(200, { "content-type": "application/octet-stream" });
      return response.end(message.parts[3]);
    }
    if (request.method === "DELETE") {
      inbox.messages = inbox.messages.filter((it) => it !== message);
      send(inbox, "deleted", ++inbox.seq, { id: mid });
      return response.writeHead(204).end();
    }
    return json(response, 200, entry(message, "with content"));
  }

  async function page(response, url) {
    const path = normalize(url.pathname === "/" ? "/index.html" : url.pathname);
    const file = await readFile(join(dist, path)).catch(() => null);
    if (file === null) return problem(response, 404, "No such file.");
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", "content-security-policy": csp, "referrer-policy": "no-referrer", "x-content-type-options": "nosniff", "cross-origin-opener-policy": "same-origin", "x-dns-prefetch-control": "off" });
    response.end(file);
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://mock");
    try {
      if (url.pathname.startsWith("/v1/")) await api(request, response, url);
      else if (url.pathname === "/dev/deliver") await deliver(request, response);
      else if (url.pathname === "/dev/refuse") await refuse(request, response);
      else if (url.pathname === "/dev/set") {
        Object.assign(set, await body(request));
        if (set.stream === "down") for (const inbox of inboxes.values()) for (const stream of inbox.streams) stream.destroy();
        json(response, 200, set);
      } else await page(response, url);
    } catch (error) {
      console.error(error);
      if (!response.headersSent) problem(response, 500, "The mock broke.");
    }
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve({ server, url: `http://localhost:${server.address().port}` })));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { port: { type: "string", default: "8089" } } });
  const { url } = await startMock({ port: Number(values.port) });
  console.log(`${url}\n  curl -X POST ${url}/dev/deliver -d '{"sample":"code"}'`);
}
