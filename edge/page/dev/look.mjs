// Looks at the page: node edge/page/dev/look.mjs FOLDER. Screenshots of its states in two sizes and two schemes, axe on each, and CLS.
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { startMock } from "./mock.mjs";

const out = process.argv[2] ?? "shots";
const only = process.argv[3];
await mkdir(out, { recursive: true });
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const axeSource = await (await import("node:fs/promises")).readFile(axe, "utf8");
const { server, url } = await startMock({});
const post = (path, body) => fetch(url + path, { method: "POST", body: JSON.stringify(body) });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
let faults = 0;

async function visit(name, { width, height, scheme, locale = "en-US" }, script) {
  if (only && !name.includes(only)) return;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale, deviceScaleFactor: 1, permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && console.log(`${name}: console: ${message.text()}`));
  page.on("pageerror", (error) => console.log(`${name}: page error: ${error.stack}`));
  await page.addInitScript(() => {
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const it of list.getEntries()) if (!it.hadRecentInput) window.shift += it.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(url);
  await page.getByTestId("address").waitFor();
  const shot = async (state) => {
    await page.waitForTimeout(450);
    await page.screenshot({ path: join(out, `${name}-${state}-${width}-${scheme}.png`) });
    // Not as a script of the page, whose policy forbids it.
    const session = await context.newCDPSession(page);
    await session.send("Runtime.evaluate", { expression: axeSource });
    const { result } = await session.send("Runtime.evaluate", { expression: `axe.run(document,{runOnly:["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]}).then(r=>JSON.stringify(r.violations.map(v=>v.id+": "+v.nodes.map(n=>n.html.slice(0,110)+" "+n.failureSummary.replace(/\\s+/g," ").slice(0,200)).join(" | "))))`, awaitPromise: true, returnByValue: true });
    const found = JSON.parse(result.value ?? '["axe did not run"]');
    faults += found.length;
    const shift = await page.evaluate(() => window.shift);
    console.log(`${name}-${state}-${width}-${scheme}: axe ${found.length}, CLS ${shift.toFixed(4)}`);
    for (const it of found) console.log(`   ${it}`);
  };
  await script(page, shot);
  await context.close();
}

const deliver = async (page, sample, ago = 0) => {
  const before = await page.getByTestId("message").count();
  await post("/dev/deliver", { sample, ago });
  await page.getByTestId("message").nth(before).waitFor();
};

for (const size of [{ width: 390, height: 844 }, { width: 1280, height: 800 }]) {
  for (const scheme of ["light", "dark"]) {
    const how = { ...size, scheme };
    await visit("a", how, async (page, shot) => {
      await page.locator("[data-state=live]").waitFor();
      await shot("empty");
      await deliver(page, "newsletter", 3_900_000);
      await deliver(page, "fail", 600_000);
      await deliver(page, "link", 130_000);
      await deliver(page, "code");
      await shot("list");
      await page.getByTestId("open-message").nth(3).click();
      await page.getByTestId("frame").waitFor();
      await shot("html");
      await page.getByTestId("tab-details").click();
      await shot("details");
      await page.getByTestId("tab-source").click();
      await page.getByTestId("source").waitFor();
      await shot("source");
      await page.getByTestId("close").click();
      await page.getByTestId("view").waitFor({ state: "detached" });
      await post("/dev/refuse", { ago: 7_200_000 });
      await post("/dev/refuse", { record: { sender_domain: undefined, size: undefined, reason: "interrupted", reply: "" } });
      await post("/dev/refuse", { record: { sender_domain: "a-very-long-name-of-a-sender.mail.shop.example", reason: "new_one", reply: "550 5.7.1 A reason that the page does not know" } });
      await page.getByTestId("missed").waitFor();
      for (const dialog of ["share", "change", "delete-inbox", "keys", "missed"]) {
        await page.getByTestId(dialog).click();
        await page.locator("dialog[open]").waitFor();
        if (dialog === "missed") await page.getByTestId("missed-table").waitFor();
        if (dialog === "share") await page.getByTestId("qr").waitFor();
        await shot(dialog);
        await page.keyboard.press("Escape");
        await page.locator("dialog[open]").waitFor({ state: "detached" });
      }
    });
    await visit("b", how, async (page, shot) => {
      for (const sample of ["rtl", "long", "damaged"]) await deliver(page, sample);
      await shot("hard");
      await post("/dev/set", { stream: "down", kv: "yes" });
      await page.locator("[data-state=edge]").waitFor();
      await shot("edge");
      await post("/dev/set", { stream: "up", kv: "" });
      await page.locator("[data-state=live]").waitFor();
      await page.getByTestId("delete-inbox").click();
      await page.getByTestId("erase-confirm").click();
      await page.getByTestId("ended").waitFor();
      await shot("ended");
    });
  }
}
await visit("de", { width: 390, height: 844, scheme: "light", locale: "de-AT" }, async (page, shot) => {
  await deliver(page, "code");
  await shot("list");
});
await visit("c", { width: 390, height: 844, scheme: "light" }, async (page, shot) => {
  const link = await page.evaluate(() => sessionStorage.getItem("mayfly.capability"));
  await deliver(page, "link");
  await page.goto("about:blank");
  await page.goto(`${url}/#${link}`);
  await page.getByTestId("message").waitFor();
  if (page.url() !== `${url}/`) throw new Error("the capability stays in the address bar");
  await post("/dev/set", { create: "limited" });
  await page.goto("about:blank");
  await page.goto(`${url}/#1broken`);
  await page.getByTestId("failed").waitFor();
  await shot("lost");
  await page.evaluate(() => sessionStorage.clear());
  await page.reload();
  await page.locator("[data-failure=limited]").waitFor();
  await shot("limited");
  await post("/dev/set", { create: "up" });
  await page.getByTestId("address").waitFor();
});
await browser.close();
server.closeAllConnections();
server.close();
console.log(faults === 0 ? "axe: no violations" : `axe: ${faults} violations`);
process.exitCode = faults === 0 ? 0 : 1;
