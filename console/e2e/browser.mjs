// What visits and stories share: a browser against a mock server, and what counts as a fault on any page.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { listen } from "../mock/server.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DESKTOP = { viewport: { width: 1280, height: 860 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };
export const VIEWS = [
  { name: "desktop-light", colorScheme: "light", ...DESKTOP },
  { name: "desktop-dark", colorScheme: "dark", ...DESKTOP },
  { name: "phone-light", colorScheme: "light", ...PHONE },
  { name: "phone-dark", colorScheme: "dark", ...PHONE },
];
/** Answers the pages are meant to meet; the browser reports them as failed resources. It drops requests when a network of the host comes or goes, too. */
const EXPECTED = /status of (401|403|404|409|410|422|500)|ERR_NETWORK_CHANGED/;

/** Both sizes and both colours once; VIEWS=<names of views> or VIEWS=all chooses others. */
export function chosenViews() {
  const wanted = process.env.VIEWS ?? "desktop-dark,phone-light";
  return VIEWS.filter(({ name }) => wanted === "all" || wanted.split(",").includes(name));
}

/** `pictures` is a folder, or undefined: then pictures are taken of faults only, and none are kept. */
export async function begin(pictures) {
  if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
  const faults = [];
  const report = (text) => {
    if (faults.includes(text)) return;
    faults.push(text);
    console.error(`FAULT ${text}`);
  };
  const options = { drift: (found) => found.forEach((each) => report(`the mock drifts from the API: ${each}`)) };
  const servers = [await listen(0, options), await listen(0, { ...options, setup: true })];
  const [base, setupBase] = servers.map((server) => `http://127.0.0.1:${server.address().port}`);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

  async function open({ name, ...view }, who) {
    const context = await browser.newContext({ ...view, reducedMotion: "reduce", locale: "en-GB", timezoneId: "Europe/Berlin" });
    if (who !== null) await context.addCookies([{ name: "fairhold_session", value: encodeURIComponent(who), url: base }]);
    const page = await context.newPage();
    const says = (text) => report(`${name}: ${page.url()}: ${text}`);
    page.on("pageerror", (error) => says(`script failed: ${error.message}`));
    let disturbed = false;
    page.on("requestfailed", (request) => (disturbed ||= /NETWORK_CHANGED/.test(request.failure()?.errorText ?? "")));
    page.on("console", (message) => message.type() === "error" && !EXPECTED.test(message.text()) && !disturbed && says(`console: ${message.text()}`));
    page.on("request", (request) => !/^(http:\/\/127\.0\.0\.1|ws:\/\/127\.0\.0\.1|data:|blob:)/.test(request.url()) && says(`reached outside: ${request.url()}`));
    const shot = (file, more = {}) => (pictures === undefined ? undefined : page.screenshot({ path: join(pictures, `${file}.${name}.png`), ...more }));
    /** A page that lost a part of itself to a change of the host's networks is fetched again. */
    const whole = async () => {
      if (!disturbed) return;
      disturbed = false;
      await page.reload();
    };
    return { context, page, report: says, shot, whole };
  }

  /** Nothing wider than the window, nothing serious for axe. */
  async function audit(page, says, label) {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 1) says(`${label}: ${wide} px wider than the window`);
    // Evaluated by the debugger, so the page's own policy stays as strict as it is.
    if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
    const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const found of result.violations.filter((each) => each.impact === "serious" || each.impact === "critical")) {
      says(`${label}: axe ${found.id}: ${found.nodes.map((node) => `${node.html.slice(0, 160)} (${node.any[0]?.message ?? ""})`).slice(0, 3).join(" | ")}`);
    }
  }

  /** Ends everything and the process, with what was found. */
  async function end(what) {
    await browser.close();
    for (const server of servers) server.close();
    if (pictures !== undefined) console.log(`Pictures in ${pictures}`);
    console.log(faults.length === 0 ? `${what}: no faults` : `${what}: ${faults.length} faults`);
    process.exit(faults.length === 0 ? 0 : 1);
  }

  return { base, setupBase, open, audit, end };
}
