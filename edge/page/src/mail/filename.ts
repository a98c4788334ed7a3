// A name under which a file from a stranger may be saved. Pure.

/** Without path, control and direction characters, never hidden, never empty, at most 120 characters with its ending. */
export function safeName(name: string, fallback: string): string {
  const plain = name
    // Direction marks can make `gpj.exe` read as `exe.jpg`.
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/[\\/:*?"<>|]/g, "_")
    .replace(/^[.\s]+|[.\s]+$/g, "");
  if (plain === "") return fallback;
  if (plain.length <= 120) return plain;
  const dot = plain.lastIndexOf(".");
  const ending = dot > 0 && plain.length - dot <= 12 ? plain.slice(dot) : "";
  return plain.slice(0, 120 - ending.length) + ending;
}

/** A size in octets as people write it: three digits at most, in units of 1000. */
export function sizeText(octets: number, language: string): string {
  const units = ["byte", "kilobyte", "megabyte"] as const;
  let value = octets;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: units[unit] ?? "byte",
    unitDisplay: unit === 0 ? "long" : "short",
    maximumSignificantDigits: 3,
  }).format(value);
}
