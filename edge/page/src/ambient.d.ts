// Names that the build supplies.

/** What wasm-bindgen writes for `edge/opener` (target `web`). */
declare module "mayfly-opener" {
  export default function init(input: { module_or_path: Promise<Response> }): Promise<unknown>;
  /** A capability's text from 32 random octets. */
  export function generate(random: Uint8Array): string;
  export class Opener {
    constructor(capability: string);
    readonly inboxId: string;
    readonly readToken: string;
    readonly readTokenHash: string;
    readonly publicKey: string;
    open(messageId: string, part: number, blob: Uint8Array): { readonly deflated: boolean; readonly bytes: Uint8Array; free(): void };
    free(): void;
  }
}

/** English in two pieces: what the first screen says, and the rest. */
declare module "mayfly-words/*" {
  const words: Partial<import("./i18n.ts").Messages>;
  export default words;
}

/** The style of what is shown later, minified. */
declare module "mayfly-style" {
  const style: string;
  export default style;
}

/** A table from language to the import of its words. */
declare module "mayfly-locales" {
  export const LOCALES: Readonly<Record<string, () => Promise<import("./i18n.ts").Messages>>>;
}
