// The locale files: what the build asks of them, and how each but English becomes a chunk of its own.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const FIRST = "en";

async function tags(here) {
  return (await readdir(join(here, "locales"))).filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -5)).sort();
}

/** What only `ui/later.ts` brings in says its words later. */
const LATER = /^ui\/(?:message\/|Dialogs|Missed|Modal|Qr)/;

async function sources(here) {
  const files = (await readdir(join(here, "src"), { recursive: true })).filter((file) => /(?<!\.test)\.tsx?$/.test(file));
  return Promise.all(files.map(async (file) => ({ file, code: await readFile(join(here, "src", file), "utf8") })));
}

/** The keys that a piece of code says: whole ones, and the beginnings of those that are put together. */
function saidBy(code) {
  const keys = new Set([...code.matchAll(/\bt\("([^"]+)"/g)].map((match) => match[1]));
  const prefixes = [...code.matchAll(/\bt\(`([^`$]+)\$\{/g)].map((match) => match[1]);
  return { keys, says: (key) => keys.has(key) || prefixes.some((prefix) => key.startsWith(prefix)) };
}

/** English in two pieces, by who says it. */
async function halves(here) {
  const en = JSON.parse(await readFile(join(here, "locales", `${FIRST}.json`), "utf8"));
  const first = saidBy((await sources(here)).filter((it) => !LATER.test(it.file)).map((it) => it.code).join("\n"));
  const part = (wanted) => Object.fromEntries(Object.entries(en).filter(([key]) => key !== "description" && first.says(key) === wanted));
  return { first: part(true), later: part(false) };
}

/** `mayfly-locales`: a table from language to the import of its words; `mayfly-words/…`: English. */
export const localePlugin = (here) => ({
  name: "locales",
  setup(it) {
    it.onResolve({ filter: /^mayfly-(?:locales|words)/ }, (args) => ({ path: args.path, namespace: "locales" }));
    it.onLoad({ filter: /^mayfly-words/, namespace: "locales" }, async (args) => {
      const words = (await halves(here))[args.path.split("/")[1]];
      return { contents: JSON.stringify(words), loader: "json" };
    });
    it.onLoad({ filter: /^mayfly-locales/, namespace: "locales" }, async () => {
      const rows = (await tags(here)).filter((tag) => tag !== FIRST).map((tag) => `"${tag}": async () => (await import("./locales/${tag}.json")).default`);
      return { contents: `export const LOCALES = { ${rows.join(", ")} };`, resolveDir: here };
    });
  },
});

const forms = (message) => (typeof message === "string" ? [message] : Object.values(message));
const placeholders = (message) => [...new Set(forms(message).flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort().join(" ");

/** Every fault of every locale, in words; none when all is well. */
export async function checkLocales(here) {
  const faults = [];
  const read = async (tag) => JSON.parse(await readFile(join(here, "locales", `${tag}.json`), "utf8"));
  const en = await read(FIRST);
  for (const tag of await tags(here)) {
    const words = await read(tag);
    const needed = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.slice().sort().join(" ");
    for (const key of Object.keys(en)) if (!(key in words)) faults.push(`${tag}: ${key} is missing`);
    for (const [key, message] of Object.entries(words)) {
      if (!(key in en)) faults.push(`${tag}: ${key} is not in ${FIRST}`);
      else if (placeholders(message) !== placeholders(en[key])) faults.push(`${tag}: ${key} has other placeholders than ${FIRST}`);
      if (forms(message).some((form) => /[<>]|&\w+;/.test(form))) faults.push(`${tag}: ${key} holds markup`);
      if (typeof message === "object" && Object.keys(message).sort().join(" ") !== needed) faults.push(`${tag}: ${key} needs exactly the plural forms ${needed}`);
    }
  }
  return [...faults, ...(await checkUse(here, en))];
}

/** Every key that the sources use exists, and every key is used. */
async function checkUse(here, en) {
  const said = saidBy((await sources(here)).map((it) => it.code).join("\n"));
  const faults = [...said.keys].filter((key) => !(key in en)).map((key) => `${key} is used and not in ${FIRST}`);
  // The description stands in the document's head alone.
  for (const key of Object.keys(en)) if (!said.says(key) && key !== "description") faults.push(`${key} is used nowhere`);
  return faults;
}
