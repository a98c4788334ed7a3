// The document that a stranger's HTML is shown in: its policy and what stands before it. Pure.
//
// Three walls, each measured to leak without the others: the frame's sandbox (no scripts, an origin of
// its own), this policy (nothing is loaded), the sanitiser (what policies do not cover: preconnect).

export type Remote = "blocked" | "images";

/** The frame's own policy. It can only narrow what the page's policy, which the frame inherits, allows. */
export function framePolicy(remote: Remote): string {
  const images = remote === "images" ? "data: https:" : "data:";
  return `default-src 'none'; img-src ${images}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
}

/** What stands before the sanitised HTML; a parser merges the `<html>` and `<body>` tags that follow. */
export function frameHead(remote: Remote): string {
  return (
    "<!doctype html>" +
    `<meta http-equiv="Content-Security-Policy" content="${framePolicy(remote)}">` +
    '<meta name="referrer" content="no-referrer">' +
    '<meta name="viewport" content="width=device-width">' +
    "<style>:root{color-scheme:light;color:#16191c;font:16px/1.5 system-ui,sans-serif;overflow-wrap:break-word}" +
    "body{margin:16px}img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}</style>"
  );
}

/** Whether an attribute's or a style's value would reach out if it were let. */
export function reachesOut(value: string): boolean {
  return /(?:https?:)?\/\/[^\s/]/i.test(value);
}

/** The address of an inline part (RFC 2392) in a `src`: the content-id, decoded; undefined for anything else. */
export function contentId(src: string): string | undefined {
  const match = /^\s*cid:(.+?)\s*$/i.exec(src);
  if (!match?.[1]) return undefined;
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return match[1];
  }
}
