// A visitor's way through the real program in a real browser: from the set-up link to a verified erasure certificate.
// node e2e/journey.mjs [folder for the pictures]; LOOK=<pattern> looks at pages of such names only; COLOURS=dark in the dark; FAIRHOLD_BIN and FAIRHOLD_TEST_IMAGES name the program and its images.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { enrolment } from "./cluster.mjs";
import { customer } from "./customer.mjs";
import { operator } from "./operator.mjs";
import { binary, cluster, start } from "./program.mjs";
import { visitor } from "./visitor.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = process.argv[2] ?? mkdtempSync(join(tmpdir(), "fairhold-journey-pictures-"));
mkdirSync(pictures, { recursive: true });

const DESKTOP = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };
/** Refusals that the journey provokes; the browser reports them as failed resources. */
const EXPECTED = /status of (401|402|404|409|422)/;
const expected = (message) => EXPECTED.test(message.text());

/** Every cookie that a browser was told to keep, with whoever said so. */
const cookies = new Map();
async function meets(answer) {
  // A page that is left while it loads takes its last answers with it.
  for (const { name, value } of await answer.headersArray().catch(() => [])) {
    if (name.toLowerCase() === "set-cookie") cookies.set(value.split("=", 1)[0], { host: new URL(answer.url()).host, flags: value.split("; ").slice(1) });
  }
}

/** Each of them is in the register of the policy, for a purpose that the policy names, and set by this host for itself. */
async function registered(base) {
  const { policy } = await (await fetch(`${base}/v1/policy`)).json();
  if (cookies.size === 0) report("no cookie was met on the way");
  for (const [name, { host, flags }] of cookies) {
    const key = policy.client_keys[name];
    if (key === undefined) report(`the cookie ${name} is not in the register`);
    else if (!(key.purpose in policy.purposes)) report(`the cookie ${name} has no purpose`);
    if (host !== new URL(base).host || flags.some((flag) => /^domain=/i.test(flag))) report(`the cookie ${name} is set by or for somebody else: ${host}`);
  }
}

const faults = [];
function report(text) {
  faults.push(text);
  console.error(`FAULT ${text}`);
}

const program = await start();
const vienna = await cluster();
let browser;
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    vienna.stop();
    void program.stop().then(() => process.exit(1));
  });
}

/** A browser of one person. */
async function open(extra = {}) {
  const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: "reduce", locale: "en-GB", timezoneId: "Europe/Berlin", acceptDownloads: true, colorScheme: process.env.COLOURS ?? "light", ...extra });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => report(`${page.url()}: script failed: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && !expected(message) && report(`${page.url()}: console: ${message.text()}`));
  page.on("request", (request) => !/^(http:\/\/127\.0\.0\.1|ws:\/\/127\.0\.0\.1|data:|blob:)/.test(request.url()) && report(`reached outside: ${request.url()}`));
  page.on("response", (answer) => void meets(answer));
  page.on("response", (answer) => answer.status() >= 500 && report(`${answer.request().method()} ${answer.url()} answered ${answer.status()}`));
  return { context, page };
}

/** A picture; nothing serious for axe; nothing wider than the window; the same again on a phone. */
async function look(page, name, { phone = false } = {}) {
  if (process.env.LOOK !== undefined && !new RegExp(process.env.LOOK).test(name)) return;
  for (const [view, size] of phone ? [["desktop", DESKTOP], ["phone", PHONE]] : [["desktop", DESKTOP]]) {
    if (phone) await page.setViewportSize(size);
    await page.waitForTimeout(200);
    await page.screenshot({ path: join(pictures, `${name}.${view}.png`), fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 1) report(`${name} (${view}): ${wide} px wider than the window`);
    if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const fault of found.violations.filter((each) => each.impact === "serious" || each.impact === "critical")) {
      report(`${name} (${view}): axe ${fault.id}: ${fault.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} (${node.any[0]?.message ?? node.all[0]?.message ?? ""})`).join(" | ")}`);
    }
  }
  if (phone) await page.setViewportSize(DESKTOP);
}

const world = { base: program.base, link: program.link, folder: program.folder, cluster: vienna, open, look, assert, verify: (file) => execFileSync(binary, ["verify-certificate", file], { encoding: "utf8" }) };
let at = "start";
const tell = async (stories) => {
  for (const [name, story] of Object.entries(stories)) {
    at = name;
    const begun = Date.now();
    await story(world);
    console.log(`${name}: ${Date.now() - begun} ms`);
  }
};
const begun = Date.now();
try {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  await tell(operator);
  await tell(enrolment);
  await tell(visitor);
  await tell(customer);
  await registered(program.base);
} catch (error) {
  report(`${at}: ${error.stack}`);
  for (const context of browser?.contexts() ?? []) {
    for (const [index, page] of context.pages().entries()) {
      await page.screenshot({ path: join(pictures, `stuck-${index}-${browser.contexts().indexOf(context)}.png`) }).catch(() => {});
    }
  }
  console.error(program.heard.slice(-30).join("\n"));
} finally {
  await browser?.close();
  vienna.stop();
  await program.stop();
}
console.log(`Pictures in ${pictures}`);
if (faults.length > 0) {
  console.error(`${faults.length} faults:\n${faults.join("\n")}`);
  process.exit(1);
}
console.log(`The whole journey in ${Math.round((Date.now() - begun) / 1000)} s: no faults`);
process.exit(0);
