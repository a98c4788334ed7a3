// Server-sent events (WHATWG HTML §9.2.6), read from a fetch so that a credential can be sent with it.
// The parser is a value: bytes decoded to text go in, whole events come out. Pure.

export interface ServerEvent {
  /** The event's name; `message` when the stream names none. */
  readonly name: string;
  readonly data: string;
  /** The last id that the stream gave, this event's or an earlier one's. */
  readonly id: string;
}

/** An event grew past its bound. */
export class EventTooLarge extends Error {}

export class EventParser {
  #rest = "";
  #data: string[] = [];
  #name = "";
  #id = "";
  #size = 0;
  #afterReturn = false;
  #start = true;

  constructor(private readonly limit: number) {}

  /** Takes the next piece of the stream, cut anywhere, and returns the events that it completes. */
  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    if (this.#start && text !== "") {
      this.#start = false;
      if (text.startsWith("\uFEFF")) text = text.slice(1);
    }
    // CR, LF and CRLF all end a line; a CR at the end of one piece may be half of a CRLF.
    if (this.#afterReturn && text.startsWith("\n")) text = text.slice(1);
    if (text !== "") this.#afterReturn = text.endsWith("\r");
    const lines = (this.#rest + text).split(/\r\n|\r|\n/);
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > this.limit) throw new EventTooLarge();
    for (const line of lines) {
      const event = this.#line(line);
      if (event) events.push(event);
    }
    return events;
  }

  #line(line: string): ServerEvent | undefined {
    if (line === "") return this.#dispatch();
    if (line.startsWith(":")) return undefined;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") {
      this.#size += value.length + 1;
      if (this.#size > this.limit) throw new EventTooLarge();
      this.#data.push(value);
    } else if (field === "event") this.#name = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return undefined;
  }

  #dispatch(): ServerEvent | undefined {
    const event = { name: this.#name || "message", data: this.#data.join("\n"), id: this.#id };
    const empty = this.#data.length === 0;
    this.#data = [];
    this.#name = "";
    this.#size = 0;
    return empty ? undefined : event;
  }
}
