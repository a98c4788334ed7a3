// A stranger's HTML made fit to be shown: sanitised, its inline images put in, its links made harmless.
// The only place in the page where a string becomes HTML, under the one Trusted Types policy.
import type { Config, DOMPurify } from "dompurify";
import { toBase64 } from "../base64.ts";
import type { InlinePart } from "../wire.ts";
import { hostOf } from "./links.ts";
import { contentId, frameHead, reachesOut, type Remote } from "./policy.ts";

export interface Frame {
  /** What `srcdoc` takes: a TrustedHTML where the browser knows that type. */
  readonly srcdoc: string;
  /** Whether something in it would be loaded from elsewhere if it were let. */
  readonly remote: "none" | "present";
}

interface HtmlPolicy {
  createHTML(html: string): string;
  createScriptURL(url: string): string;
}
interface TypedWindow {
  readonly trustedTypes?: { createPolicy(name: string, rules: HtmlPolicy): HtmlPolicy };
}

// DOMPurify parses through this policy too: given ours, it makes none of its own, so that the page's
// `trusted-types dompurify` admits exactly one.
const policy: HtmlPolicy | undefined = (window as unknown as TypedWindow).trustedTypes?.createPolicy("dompurify", {
  createHTML: (html) => html,
  createScriptURL: () => {
    throw new TypeError("no script is ever loaded by name");
  },
});

const CONFIG: Config = {
  USE_PROFILES: { html: true },
  // The styles of most mail stand in <head>, its colours on <body>.
  WHOLE_DOCUMENT: true,
  ADD_ATTR: ["target"],
  FORBID_TAGS: [
    ...["audio", "base", "button", "dialog", "embed", "fieldset", "form", "frame", "frameset", "iframe", "input"],
    ...["link", "math", "menu", "meta", "noscript", "object", "optgroup", "option", "picture", "portal", "select"],
    ...["selectedcontent", "source", "svg", "template", "textarea", "track", "video"],
  ],
  FORBID_ATTR: ["action", "autofocus", "autoplay", "contenteditable", "formaction", "is", "nonce", "ping", "popover", "poster", "tabindex"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: true,
  ...(policy ? { TRUSTED_TYPES_POLICY: policy as never } : {}),
};

const RASTER = /^image\/(?:png|jpe?g|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)$/;

let loaded: Promise<DOMPurify> | undefined;

/** The sanitiser, fetched with the first HTML that is shown. */
function load(): Promise<DOMPurify> {
  loaded ??= import("dompurify").then(
    (it) => it.default(window),
    (error: unknown) => {
      loaded = undefined;
      throw error;
    },
  );
  return loaded;
}

/** Sanitises `html` and wraps it under the frame's policy. */
export async function makeFrame(html: string, inline: readonly InlinePart[], remote: Remote): Promise<Frame> {
  const purify = await load();
  let found: Frame["remote"] = "none";
  const note = (value: string | null) => {
    if (value !== null && reachesOut(value)) found = "present";
  };
  purify.removeAllHooks();
  purify.addHook("uponSanitizeElement", (node, data) => {
    if (data.tagName === "style" && /url\(|@import|image\(|image-set\(/i.test(node.textContent ?? "")) note(node.textContent);
  });
  purify.addHook("afterSanitizeAttributes", (node) => {
    if (node.tagName === "A" || node.tagName === "AREA") disarm(node);
    else for (const name of ["src", "srcset", "background"]) note(node.getAttribute(name));
    const style = node.getAttribute("style");
    if (style !== null && /url\(|image-set\(/i.test(style)) note(style);
    const cid = contentId(node.getAttribute("src") ?? "");
    if (cid !== undefined) fill(node, cid, inline);
  });
  const clean = purify.sanitize(html, CONFIG) as unknown as string;
  purify.removeAllHooks();
  const document = frameHead(remote) + String(clean);
  return { srcdoc: policy ? policy.createHTML(document) : document, remote: found };
}

/** A link opens a tab of its own, tells no one where it was followed from, and shows its real host. */
function disarm(link: Element): void {
  const href = link.getAttribute("href") ?? "";
  const host = hostOf(href);
  if (host === undefined && !/^(?:mailto|tel):/i.test(href)) link.removeAttribute("href");
  link.setAttribute("target", "_blank");
  link.setAttribute("rel", "noopener noreferrer nofollow");
  if (host !== undefined) link.setAttribute("title", host);
}

function fill(image: Element, cid: string, inline: readonly InlinePart[]): void {
  const part = inline.find((one) => one.cid === cid);
  if (part && RASTER.test(part.content_type)) image.setAttribute("src", `data:${part.content_type};base64,${toBase64(part.data)}`);
  else image.removeAttribute("src");
}
