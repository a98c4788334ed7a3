// The raw message, fetched and opened at most once while its view stands; and bytes given to the person as a file.
import type { Done } from "../../service.ts";

export type Raw = () => Promise<Done<Uint8Array<ArrayBuffer>>>;

/** Remembers a success; a failure is tried again. */
export function rawOnce(fetchRaw: Raw): Raw {
  let held: Promise<Done<Uint8Array<ArrayBuffer>>> | undefined;
  return async () => {
    held ??= fetchRaw();
    const done = await held;
    if (done.kind === "failed") held = undefined;
    return done;
  };
}

/** Offers bytes as a download. Never under their own type: a page or a picture opened from here would run in our origin. */
export function save(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun by then; a URL kept longer keeps the bytes.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
