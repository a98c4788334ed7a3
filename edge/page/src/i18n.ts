// Messages by key: `{name}` placeholders, and plural forms by CLDR category. Holds no words itself.
import type en from "../locales/en.json";

export type Key = keyof typeof en;
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Messages = Record<Key, string | Plural>;
export type Values = Readonly<Record<string, string | number>>;

/** Fills a message in; the plural form follows the value named `n`, which is written as the language writes numbers. */
export function format(message: string | Plural, values: Values, language: string): string {
  let text: string;
  if (typeof message === "string") text = message;
  else {
    const category = new Intl.PluralRules(language).select(Number(values.n));
    text = message[category] ?? message.other;
  }
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(language).format(value) : value;
  });
}

/** The first wanted language that there is, by full tag and then by its primary subtag (RFC 4647 §3.4). */
export function negotiate(wanted: readonly string[], available: readonly string[]): string | undefined {
  for (const tag of wanted) {
    const parts = tag.toLowerCase().split("-");
    for (; parts.length > 0; parts.pop()) {
      const found = available.find((have) => have.toLowerCase() === parts.join("-"));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

let messages: Partial<Messages> = {};
let language = "en";

export function speak(tag: string, words: Partial<Messages>): void {
  language = tag;
  messages = words;
}

/** Adds words that came later, if their language is the one spoken. */
export function learn(tag: string, words: Partial<Messages>): void {
  if (tag === language) messages = { ...messages, ...words };
}

export const t = (key: Key, values: Values = {}): string => format(messages[key] ?? key, values, language);
