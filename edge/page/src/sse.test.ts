import assert from "node:assert/strict";
import { test } from "node:test";
import { EventParser, EventTooLarge, type ServerEvent } from "./sse.ts";

const STREAM = ":hello\r\n\r\nevent: message\r\nid: c1\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\nid: c2\ndata:x\n\nevent: deleted\rdata: y\r\r\nretry: 5\nevent: nothing\n\ndata: last\n\n";
const WHOLE: ServerEvent[] = [
  { name: "message", data: '{"a":\n1}', id: "c1" },
  { name: "message", data: "x", id: "c2" },
  { name: "deleted", data: "y", id: "c2" },
  { name: "message", data: "last", id: "c2" },
];

test("events are the same however the stream is cut", () => {
  for (let size = 1; size <= STREAM.length; size++) {
    const parser = new EventParser(1000);
    const events: ServerEvent[] = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parser.push(STREAM.slice(at, at + size)));
    assert.deepEqual(events, WHOLE, `pieces of ${size}`);
  }
});

test("an event that is cut off is not told", () => {
  const parser = new EventParser(1000);
  assert.deepEqual(parser.push("data: half\n"), []);
});

test("a byte order mark is skipped, an id with NUL is ignored", () => {
  const parser = new EventParser(1000);
  assert.deepEqual(parser.push("\uFEFFid: a\ndata: 1\n\nid: b\0\ndata: 2\n\n"), [
    { name: "message", data: "1", id: "a" },
    { name: "message", data: "2", id: "a" },
  ]);
});

test("neither a line nor an event grows past the limit", () => {
  assert.throws(() => new EventParser(10).push("data: 12345678901"), EventTooLarge);
  const parser = new EventParser(10);
  parser.push("data: 12345\n");
  assert.throws(() => parser.push("data: 12345\n"), EventTooLarge);
});
