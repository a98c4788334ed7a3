// Builds the page: node edge/page/build.mjs [opener's wasm-bindgen folder] [--out folder]
// Checks the types and the locales, bundles, pre-renders, names files by their content, and fails over budget.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants } from "node:zlib";
import { build, transform } from "esbuild";
import { checkLocales, localePlugin } from "./locales.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: "string" }, "skip-types": { type: "boolean" } } });
const opener = resolve(positionals[0] ?? process.env.MAYFLY_OPENER ?? join(here, "../opener/pkg"));
const out = resolve(values.out ?? join(here, "dist"));

/** Octets in brotli of all that a first visit loads: a second at 400 kb/s. */
const BUDGET = 45_000;

function stop(why) {
  console.error(`page: ${why}`);
  process.exit(1);
}

const hash = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 8);
const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });

/** The glue and the module that wasm-bindgen wrote, whatever the crate is called. */
async function findOpener() {
  const files = await readdir(opener).catch(() => stop(`no opener in ${relative(process.cwd(), opener)}: build edge/opener with wasm-bindgen --target web first`));
  const wasm = files.find((file) => file.endsWith("_bg.wasm"));
  const glue = wasm && files.find((file) => file === wasm.replace(/_bg\.wasm$/, ".js"));
  if (!glue) stop(`${relative(process.cwd(), opener)} holds no *_bg.wasm with its glue`);
  return { glue: join(opener, glue), wasm: await readFile(join(opener, wasm)) };
}

/** The glue's fallback by `import.meta.url` is never taken: the page names the hashed file itself. */
const openerPlugin = (glue) => ({
  name: "opener",
  setup(it) {
    it.onResolve({ filter: /^mayfly-opener$/ }, () => ({ path: glue }));
  },
});

const TARGET = ["es2022", "chrome123", "firefox120", "safari17.5"];

/** `mayfly-style`: the style of what is shown later, as text. */
const stylePlugin = {
  name: "style",
  setup(it) {
    it.onResolve({ filter: /^mayfly-style$/ }, () => ({ path: join(here, "src/later.css"), namespace: "style" }));
    it.onLoad({ filter: /.*/, namespace: "style" }, async (args) => {
      const style = await transform(await readFile(args.path, "utf8"), { loader: "css", minify: true, target: TARGET });
      return { contents: style.code.trim(), loader: "text" };
    });
  },
};

function checkTypes() {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  const run = spawnSync(process.execPath, [tsc, "--noEmit", "-p", join(here, "tsconfig.json")], { stdio: "inherit" });
  if (run.status !== 0) stop("the types do not hold");
}

async function bundle(glue, wasmName) {
  const result = await build({
    entryPoints: { app: join(here, "src/main.tsx") },
    outdir: out,
    entryNames: "[name].[hash]",
    chunkNames: "[name].[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: TARGET,
    minify: true,
    legalComments: "none",
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { OPENER_WASM: JSON.stringify(`/${wasmName}`) },
    plugins: [openerPlugin(glue), localePlugin(here), stylePlugin],
    charset: "utf8",
    metafile: true,
    logLevel: "warning",
  });
  const outputs = Object.entries(result.metafile.outputs).map(([path, it]) => ({ file: relative(out, resolve(path)), ...it }));
  const named = (path) => relative(out, resolve(path));
  const entry = outputs.find((it) => it.file.startsWith("app."));
  // What the entry imports outright is loaded with it; what it imports on demand is not.
  const first = new Set([entry.file]);
  const follow = (it) => {
    for (const one of it.imports.filter((one) => one.kind === "import-statement")) {
      const file = named(one.path);
      if (!first.has(file)) {
        first.add(file);
        follow(outputs.find((other) => other.file === file));
      }
    }
  };
  follow(entry);
  return { entry: entry.file, first: [...first], all: outputs };
}

async function prerender() {
  const file = join(out, ".shell.mjs");
  await build({
    entryPoints: [join(here, "src/shell.tsx")],
    outfile: file,
    bundle: true,
    format: "esm",
    platform: "node",
    jsx: "automatic",
    jsxImportSource: "preact",
    plugins: [localePlugin(here), { name: "later", setup: (it) => it.onResolve({ filter: /\/later\.ts$/ }, (args) => ({ path: args.path, external: true })) }],
    logLevel: "warning",
  });
  const { shell } = await import(pathToFileURL(file).href);
  await rm(file);
  return shell();
}

const escape = (text) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");

async function main() {
  const faults = await checkLocales(here);
  if (faults.length > 0) stop(`locales:\n  ${faults.join("\n  ")}`);
  if (!values["skip-types"]) checkTypes();
  const { glue, wasm } = await findOpener();
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const wasmName = `opener_bg.${hash(wasm)}.wasm`;
  await writeFile(join(out, wasmName), wasm);
  const bundled = await bundle(glue, wasmName);
  const style = await build({ entryPoints: [join(here, "src/style.css")], bundle: true, minify: true, write: false, target: ["chrome123", "firefox120", "safari17.5"], logLevel: "warning" });
  const en = JSON.parse(await readFile(join(here, "locales/en.json"), "utf8"));
  const more = bundled.first.slice(1).map((file) => `<link rel="modulepreload" href="/${file}">`).join("");
  const fill = { title: escape(en.title), description: escape(en.description), app: `/${bundled.entry}`, wasm: `/${wasmName}`, style: style.outputFiles[0].text.trim(), shell: await prerender() };
  let html = await readFile(join(here, "src/index.html"), "utf8");
  html = html.replace(/\{\{(\w+)\}\}/g, (_, name) => fill[name]).replace(/(<link rel="modulepreload"[^>]*>)/, `$1${more}`).replace(/\n/g, "");
  await writeFile(join(out, "index.html"), html);
  for (const file of ["favicon.svg", "manifest.webmanifest", "robots.txt"]) await writeFile(join(out, file), await readFile(join(here, "src", file)));
  await writeFile(join(out, ".assetsignore"), ".assetsignore\n*.br\n");
  await packAndReport(["index.html", ...bundled.first, wasmName], bundled.all.map((it) => it.file).filter((file) => !bundled.first.includes(file)));
}

async function packAndReport(first, later) {
  const row = async (file) => {
    const bytes = await readFile(join(out, file));
    const packed = brotli(bytes);
    // For the origin, which serves packed what lies there packed; the edge's platform packs by itself.
    await writeFile(join(out, `${file}.br`), packed);
    console.log(`  ${file.padEnd(34)}${String(bytes.length).padStart(9)}${String(packed.length).padStart(9)}`);
    return packed.length;
  };
  console.log(`  ${"first load".padEnd(34)}${"octets".padStart(9)}${"brotli".padStart(9)}`);
  let sum = 0;
  for (const file of first) sum += await row(file);
  console.log(`  ${"in all".padEnd(43)}${String(sum).padStart(9)}  of ${BUDGET}\n  later`);
  for (const file of later) await row(file);
  if (sum > BUDGET) stop(`the first load is ${sum - BUDGET} octets over its budget of ${BUDGET}`);
}

await main();
