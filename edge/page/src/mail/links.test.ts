import assert from "node:assert/strict";
import { test } from "node:test";
import { hostOf, linkify } from "./links.ts";
import { safeName, sizeText } from "./filename.ts";
import { contentId, framePolicy, reachesOut } from "./policy.ts";

test("a link's host is the one the browser goes to", () => {
  assert.equal(hostOf("https://bank.example@evil.example/login"), "evil.example");
  assert.equal(hostOf("https://\u0430pple.example/"), "xn--pple-43d.example");
  assert.equal(hostOf("http://host.example:8080/x"), "host.example:8080");
  for (const href of ["javascript:alert(1)", "data:text/html,x", "/relative", "https://", "file:///etc/passwd", ""]) assert.equal(hostOf(href), undefined, href);
});

test("web addresses in text become links, the rest stays word for word", () => {
  const samples = ["See https://a.example/x. And (http://b.example/y(z)), thanks!", "no links", "", "https://a.example", "<https://c.example/?q=1&r=2>"];
  for (const sample of samples) assert.equal(linkify(sample).map((run) => run.text).join(""), sample);
  assert.deepEqual(linkify(samples[0] ?? "").filter((run) => run.kind === "link").map((run) => run.text), ["https://a.example/x", "http://b.example/y(z)"]);
  assert.deepEqual(linkify("javascript:alert(1) https://"), [{ kind: "text", text: "javascript:alert(1) https://" }]);
});

test("a file's name carries no path and no disguise", () => {
  assert.equal(safeName("../../etc/passwd", "x"), "_.._etc_passwd");
  assert.equal(safeName("invoice\u202efdp.exe", "x"), "invoicefdp.exe");
  assert.equal(safeName("...", "x"), "x");
  assert.equal(safeName("\r\n", "x"), "x");
  const long = safeName(`${"a".repeat(300)}.pdf`, "x");
  assert.equal(long.length, 120);
  assert.ok(long.endsWith(".pdf"));
});

test("sizes in three digits", () => {
  assert.equal(sizeText(999, "en"), "999 bytes");
  assert.equal(sizeText(1_234_567, "en"), "1.23 MB");
  assert.equal(sizeText(999_600, "en"), "1 MB");
});

test("the frame loads nothing until asked, and then images alone, over TLS", () => {
  assert.match(framePolicy("blocked"), /default-src 'none'; img-src data:;/);
  assert.match(framePolicy("images"), /img-src data: https:;/);
  for (const remote of ["blocked", "images"] as const) assert.doesNotMatch(framePolicy(remote), /script|connect|font|media|frame|\*|http:/);
});

test("what reaches out is known by its value, inline parts by their id", () => {
  for (const value of ["https://a.example/x.png", "//a.example/x", "HTTP://a.example", "url(https://a.example)"]) assert.equal(reachesOut(value), true, value);
  for (const value of ["data:image/png;base64,AAAA", "cid:x@y", "#top", "x.png"]) assert.equal(reachesOut(value), false, value);
  assert.equal(contentId("cid:logo%40x"), "logo@x");
  assert.equal(contentId(" CID:a "), "a");
  assert.equal(contentId("https://cid:x"), undefined);
});
