// Shows every hostile vector in the page and counts what reaches a listener (MAYFLY_LOUD=1 names the control's): node edge/page/dev/leaks.mjs
// A control run shows the same vectors in a bare frame, so that silence is known to mean something.
import { readFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { chromium } from "playwright-core";
import { startMock } from "./mock.mjs";

const { vectors } = JSON.parse(await readFile(new URL("../../../tests/browser-fixtures/hostile/vectors.json", import.meta.url), "utf8"));
const hits = new Map();
const listener = createServer((socket) => {
  hits.set("(connection)", (hits.get("(connection)") ?? 0) + 1);
  socket.on("error", () => {});
  socket.on("data", (data) => {
    const path = /^\w+ \/([\w-]+)/.exec(data.toString("latin1"))?.[1] ?? "(unknown)";
    hits.set(path, (hits.get(path) ?? 0) + 1);
    socket.end("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\naccess-control-allow-origin: *\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
  });
});
await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
const leak = (name) => `http://127.0.0.1:${listener.address().port}/${name}`;
const armed = (it) => it.html.replaceAll("{{LEAK_SCHEMELESS}}", leak(it.name).slice(5)).replaceAll("{{LEAK}}", leak(it.name));

const { server, url } = await startMock({});
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });

async function control() {
  const page = await browser.newPage();
  // Served from loopback: Chromium lets no other page reach a listener there.
  const bare = createHttpServer((_, response) => response.setHeader("content-type", "text/html").end("<!doctype html><iframe></iframe>"));
  await new Promise((resolve) => bare.listen(0, "127.0.0.1", resolve));
  for (const it of vectors) {
    await page.goto(`http://localhost:${bare.address().port}/`);
    await page.evaluate((html) => { document.querySelector("iframe").srcdoc = html; }, armed(it));
    await page.waitForTimeout(150);
  }
  await page.close();
  bare.closeAllConnections();
  bare.close();
}

async function throughThePage() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on("pageerror", (error) => console.log(`page error: ${error.message}`));
  await page.goto(url);
  await page.locator("[data-state=live]").waitFor();
  for (const it of vectors) {
    const { id } = await (await fetch(`${url}/dev/deliver`, { method: "POST", body: JSON.stringify({ sample: "html", html: armed(it) }) })).json();
    await page.locator(`[data-id="${id}"] [data-testid=open-message]`).click();
    await page.locator(`[data-testid=view][data-id="${id}"] iframe`).waitFor();
    const asks = page.getByTestId("load-images");
    await page.waitForTimeout(120);
    // Once more with images let in: over http none is.
    if (await asks.count()) await asks.click();
    await page.waitForTimeout(60);
  }
  await page.waitForTimeout(500);
  await page.close();
}

await control();
const loud = new Map(hits);
if (process.env.MAYFLY_LOUD) console.log([...loud.keys()].join(" "));
console.log(`control: ${[...loud.keys()].filter((it) => !it.startsWith("(")).length} of ${vectors.length} vectors leak, ${loud.get("(connection)")} connections`);
hits.clear();
await throughThePage();
console.log(`the page: ${hits.size === 0 ? "nothing reached the listener" : JSON.stringify([...hits])}`);
await browser.close();
server.closeAllConnections();
server.close();
listener.close();
process.exitCode = hits.size === 0 && loud.size > 20 ? 0 : 1;
