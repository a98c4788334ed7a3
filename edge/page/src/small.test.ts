// The page's small pure parts: time, back-off, words, fragments, base64, inflating, the wire.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { clockAhead } from "./api.ts";
import { pause, way } from "./backoff.ts";
import { fromBase64Url, toBase64 } from "./base64.ts";
import { ago, countdown, elapsed } from "./clock.ts";
import { privateLink, readFragment } from "./fragment.ts";
import { format, negotiate } from "./i18n.ts";
import { inflate, TooLarge } from "./inflate.ts";
import { asContent } from "./mail/content.ts";
import { asSummary } from "./wire.ts";

test("the countdown never runs below zero", () => {
  assert.equal(countdown(86_400_000, 0), "24:00:00");
  assert.equal(countdown(3_661_000, 0), "1:01:01");
  assert.equal(countdown(0, 5000), "0:00:00");
});

test("how long ago, in the largest whole unit", () => {
  assert.deepEqual(ago(5000, 0), { unit: "now" });
  assert.deepEqual(ago(0, 59_999), { unit: "now" });
  assert.deepEqual(ago(0, 60_000), { unit: "minutes", n: 1 });
  assert.deepEqual(ago(0, 3_600_000), { unit: "hours", n: 1 });
  assert.deepEqual(ago(0, 49 * 3_600_000), { unit: "days", n: 2 });
});

test("the life line shows the last day of an inbox", () => {
  const day = 86_400_000;
  assert.equal(elapsed(0, day, day / 4), 0.25);
  assert.equal(elapsed(0, 2 * day, day), 0);
  assert.equal(elapsed(0, day, 2 * day), 1);
  assert.equal(elapsed(5, 5, 5), 1);
});

test("a server's clock counts only where it differs by more than a breath", () => {
  const now = Date.parse("2026-11-23T10:00:00Z");
  assert.equal(clockAhead("Mon, 23 Nov 2026 11:00:00 GMT", now), 3_600_000);
  assert.equal(clockAhead("Mon, 23 Nov 2026 10:00:04 GMT", now), 0);
  assert.equal(clockAhead(null, now), 0);
  assert.equal(clockAhead("no date", now), 0);
});

test("pauses grow, stay bounded and are spread by chance", () => {
  for (let failures = 0; failures < 50; failures++) {
    const [least, most] = [pause(failures, 0), pause(failures, 1)];
    assert.ok(least >= 250 && most <= 30_000 && most === 2 * least);
  }
  assert.ok(pause(4, 0.5) > pause(1, 0.5));
});

test("streams that fail give way to polls and are asked for again", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5].map(way), ["stream", "stream", "poll", "poll", "stream", "poll"]);
});

test("messages take values, numbers and plural forms as the language has them", () => {
  assert.equal(format("Hello {who}, {what}", { who: "you" }, "en"), "Hello you, {what}");
  const plural = { one: "{n} letter", few: "{n} few", other: "{n} letters" };
  assert.equal(format(plural, { n: 1 }, "en"), "1 letter");
  assert.equal(format(plural, { n: 1200 }, "de"), "1.200 letters");
  assert.equal(format(plural, { n: 3 }, "pl"), "3 few");
  assert.equal(format({ other: "{n}" }, { n: 1 }, "en"), "1");
});

test("the first wanted language that there is", () => {
  assert.equal(negotiate(["de-AT", "en"], ["en", "de"]), "de");
  assert.equal(negotiate(["xx", "en-GB"], ["en", "de"]), "en");
  assert.equal(negotiate(["xx"], ["en", "de"]), undefined);
});

test("a private link's fragment is read, everything else is not one", () => {
  const capability = `1${"A".repeat(43)}`;
  const link = privateLink("https://mayfly.example", capability);
  assert.deepEqual(readFragment(new URL(link).hash), { kind: "capability", text: capability });
  for (const hash of ["", "#", "#inbox", "#1 2", "#1<b>"]) assert.deepEqual(readFragment(hash), { kind: "none" });
});

test("base64url comes back and nothing else is taken", () => {
  for (let length = 0; length < 50; length++) {
    const plain = Uint8Array.from({ length }, (_, i) => 255 - i * 5);
    const coded = Buffer.from(plain).toString("base64url");
    assert.deepEqual(fromBase64Url(coded), plain);
    assert.deepEqual(Buffer.from(toBase64(coded), "base64"), Buffer.from(plain));
  }
  assert.throws(() => fromBase64Url("a+b/"));
  assert.throws(() => fromBase64Url("ab=="));
});

test("inflating stops at its bound", async () => {
  const plain = Buffer.from("mayfly ".repeat(1000));
  const deflated = Uint8Array.from(deflateRawSync(plain));
  assert.deepEqual(Buffer.from(await inflate(deflated, plain.length)), plain);
  await assert.rejects(inflate(deflated, plain.length - 1), TooLarge);
  await assert.rejects(inflate(Uint8Array.from([7, 7, 7]), 10));
});

test("whatever a seal holds becomes a whole summary and a whole content", () => {
  for (const junk of [null, 3, "x", [], { from: 1, codes: [1, "", "77"], auth: { spf: "great" }, attachments: [null] }]) {
    const summary = asSummary(junk);
    assert.equal(typeof summary.from.address, "string");
    assert.equal(summary.auth.spf, "none");
    assert.ok(summary.codes.every((code) => code === "77"));
    assert.deepEqual(asContent(junk).inline, []);
  }
  const files = asContent({ attachments: [{ n: 0 }, { n: 1, withheld: "disk-image" }, { n: 2, danger: "word-of-tomorrow" }] }).attachments;
  assert.deepEqual(files.map((it) => [it.danger, it.withheld]), [[null, null], [null, "disk-image"], ["other", null]]);
  assert.equal(asContent({ attachments: [{ n: 1, encoding: "x-unknown" }] }).attachments[0]?.encoding, "identity");
});

test("a report of abuse is what it says, and whatever else is none", () => {
  for (const junk of [undefined, null, 7, "abuse", []]) {
    const { report } = asContent({ report: junk });
    assert.ok(report === null || report.kind === "other");
  }
  const { report } = asContent({ report: { kind: "fraud", user_agent: "a/1", version: "1", original_recipients: 2, incidents: 3, reported_domains: ["b.example", 7] } });
  assert.equal(report?.kind, "fraud");
  assert.deepEqual(report?.reported_domains, ["b.example"]);
  assert.deepEqual([report?.source_ip, report?.arrived_at, report?.incidents], ["", "", 3]);
  assert.equal(asContent({ report: { kind: "<b>" } }).report?.kind, "other");
});
