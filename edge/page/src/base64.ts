// Base64url (RFC 4648 §5) as the API writes bytes, and plain base64 for data: URLs. Pure.

/** Decodes base64url without padding; throws on anything else. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error("not base64url");
  const binary = atob(toBase64(text));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Rewrites base64url as the base64 that a data: URL takes. */
export function toBase64(base64url: string): string {
  const plain = base64url.replace(/-/g, "+").replace(/_/g, "/");
  return plain + "=".repeat((4 - (plain.length % 4)) % 4);
}
