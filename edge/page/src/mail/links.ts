// Links in mail: which may be followed, and what host they lead to. Pure.

export type Run = { readonly kind: "text"; readonly text: string } | { readonly kind: "link"; readonly href: string; readonly text: string };

/** The host that a link really leads to, as the browser understands it; undefined where it may not be followed. */
export function hostOf(href: string): string | undefined {
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return undefined;
  }
  const web = url.protocol === "https:" || url.protocol === "http:";
  return web && url.host !== "" ? url.host : undefined;
}

const WEB_ADDRESS = /https?:\/\/[^\s<>"'`\u0000-\u001f]+/gi;

/** Cuts plain text into runs of text and of web addresses; closing punctuation stays with the text. */
export function linkify(text: string): Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (const match of text.matchAll(WEB_ADDRESS)) {
    let href = match[0].replace(/[.,;:!?*_\u2026]+$/, "");
    while (/[)\]}]$/.test(href) && !balanced(href)) href = href.slice(0, -1);
    if (hostOf(href) === undefined) continue;
    if (match.index > from) runs.push({ kind: "text", text: text.slice(from, match.index) });
    runs.push({ kind: "link", href, text: href });
    from = match.index + href.length;
  }
  if (from < text.length) runs.push({ kind: "text", text: text.slice(from) });
  return runs;
}

function balanced(text: string): boolean {
  const count = (one: string) => text.split(one).length;
  return count("(") >= count(")") && count("[") >= count("]") && count("{") >= count("}");
}
