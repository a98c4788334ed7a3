import assert from "node:assert/strict";
import { test } from "node:test";
import { STARTING, step, type Entry, type Happening, type Inbox, type State } from "./inbox.ts";
import { asSummary } from "./wire.ts";

const inbox: Inbox = { id: "i", address: "a@b", domain: "b", createdAt: 0, expiresAt: 100 };
const entry = (id: string, receivedAt: number): Entry => ({ kind: "open", id, receivedAt, summary: asSummary({}) });
const run = (...happenings: Happening[]): State => happenings.reduce(step, STARTING);
const ids = (state: State) => (state.kind === "open" && state.mail.kind === "known" ? state.mail.entries.map((it) => it.id) : "not known");
const opened: Happening = { kind: "opened", inbox, mail: "to be listed" };

test("an inbox that was not listed yet is not an empty one", () => {
  assert.equal(ids(run(opened)), "not known");
  assert.equal(ids(run(opened, { kind: "link", link: { kind: "offline" } })), "not known");
  assert.deepEqual(ids(run(opened, { kind: "listed", entries: [] })), []);
  assert.deepEqual(ids(run({ kind: "opened", inbox, mail: "none yet" })), []);
});

test("newest first, each once, whatever order they are told in", () => {
  const state = run(opened, { kind: "listed", entries: [entry("a", 1), entry("c", 3)] }, { kind: "arrived", entry: entry("b", 2) }, { kind: "arrived", entry: entry("c", 3) });
  assert.deepEqual(ids(state), ["c", "b", "a"]);
});

test("reading and deleting take a message out of the unread", () => {
  const unread = (state: State) => (state.kind === "open" && state.mail.kind === "known" ? [...state.mail.unread] : []);
  const listed: Happening = { kind: "listed", entries: [entry("a", 1), entry("b", 2)] };
  assert.deepEqual(unread(run(opened, listed, { kind: "read", id: "a" })), ["b"]);
  const gone = run(opened, listed, { kind: "deleted", id: "b" });
  assert.deepEqual([unread(gone), ids(gone)], [["a"], ["a"]]);
});

test("records of mail that did not come are counted once, and anew when they are listed", () => {
  const missed = (state: State) => (state.kind === "open" ? state.missed : "not known");
  const two = run(opened, { kind: "missed", ids: ["a", "b"] }, { kind: "missed one", id: "b" });
  assert.deepEqual(missed(two), ["a", "b"]);
  const three = step(two, { kind: "missed one", id: "c" });
  assert.deepEqual(missed(three), ["a", "b", "c"]);
  assert.deepEqual(missed(step(three, { kind: "missed", ids: ["c"] })), ["c"]);
  assert.deepEqual(missed(step(three, { kind: "opened", inbox, mail: "none yet" })), []);
});

test("a lost connection keeps what is shown", () => {
  const state = run(opened, { kind: "listed", entries: [entry("a", 1)] }, { kind: "link", link: { kind: "reconnecting" } });
  assert.deepEqual(ids(state), ["a"]);
});

test("what comes after the end changes nothing", () => {
  const over = run(opened, { kind: "ended", how: "expired" });
  assert.equal(step(over, { kind: "arrived", entry: entry("a", 1) }), over);
  assert.equal(step(over, { kind: "link", link: { kind: "live" } }), over);
});
