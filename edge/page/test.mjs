// Runs the page's unit tests: bundles src/**/*.test.ts for node, then node's own runner. node edge/page/test.mjs
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const tests = (await readdir(join(here, "src"), { recursive: true })).filter((file) => file.endsWith(".test.ts"));
const out = await mkdtemp(join(tmpdir(), "mayfly-page-"));
try {
  await build({ entryPoints: tests.map((file) => join(here, "src", file)), outdir: out, outExtension: { ".js": ".mjs" }, bundle: true, format: "esm", platform: "node", target: "node20", sourcemap: "inline", logLevel: "warning" });
  const built = (await readdir(out, { recursive: true })).filter((file) => file.endsWith(".test.mjs")).map((file) => join(out, file));
  process.exitCode = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...built], { stdio: "inherit" }).status ?? 1;
} finally {
  await rm(out, { recursive: true });
}
