// The private link: the page's address with the capability as its fragment, which browsers never send. Pure.

export type Fragment = { readonly kind: "none" } | { readonly kind: "capability"; readonly text: string };

/** Reads `#1…`. Whether it is a true capability only the opener can tell. */
export function readFragment(hash: string): Fragment {
  const text = hash.replace(/^#/, "");
  return /^\d[A-Za-z0-9_-]+$/.test(text) ? { kind: "capability", text } : { kind: "none" };
}

export function privateLink(origin: string, capability: string): string {
  return `${origin}/#${capability}`;
}
