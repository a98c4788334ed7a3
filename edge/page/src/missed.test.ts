import assert from "node:assert/strict";
import { test } from "node:test";
import de from "../locales/de.json" with { type: "json" };
import en from "../locales/en.json" with { type: "json" };
import { asMissed, REASONS } from "./missed.ts";

test("a record says who, why, and whether the sender comes again", () => {
  const record = { at: "2026-11-23T20:54:00.125Z", sender_domain: "shop.example", size: 9, reason: "spf_fail", reply: "550 5.7.23 No" };
  assert.deepEqual(asMissed(record), { domain: "shop.example", reason: "spf_fail", reply: "550 5.7.23 No", sequel: "final" });
  assert.deepEqual(asMissed({ reason: "interrupted", reply: "" }), { domain: "", reason: "interrupted", reply: "", sequel: "again" });
  assert.equal(asMissed({ reason: "no_room", reply: "452 4.3.1 Later" })?.sequel, "again");
});

test("a reason that the page does not know is told by its reply", () => {
  assert.deepEqual(asMissed({ reason: "phase_of_the_moon", reply: "550 5.7.1 Full" }), { domain: "", reason: undefined, reply: "550 5.7.1 Full", sequel: "final" });
});

test("what is no record is none", () => {
  for (const value of [undefined, null, "text", [], {}, { reason: 7 }]) assert.equal(asMissed(value), undefined);
});

test("every known reason has its sentence in every language", () => {
  for (const words of [en, de] as readonly Record<string, unknown>[]) {
    for (const reason of REASONS) assert.equal(typeof words[`why.${reason}`], "string", reason);
  }
});
