// Opens every page of the built console against the mock server: phone and desktop, light and dark; axe must find
// nothing serious, no script may fail, the policy must not be broken, nothing may reach outside or overflow.
// node e2e/pages.mjs [folder for the pictures]
import { mkdirSync, mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { listen } from "../mock/server.mjs";
import { journeys } from "./journeys.mjs";

const axeSource = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const pictures = process.argv[2] ?? mkdtempSync(join(tmpdir(), "fairhold-pages-"));
mkdirSync(pictures, { recursive: true });

const server = await listen(0);
const setupServer = await listen(0, { setup: true });
const base = `http://127.0.0.1:${server.address().port}`;
const setupBase = `http://127.0.0.1:${setupServer.address().port}`;

/** [name, who is signed in, address] */
const pages = [
  ["sign-up", null, "/app/sign-up"], ["sign-in", null, "/app/sign-in"], ["check-mail", null, "/app/check-mail"], ["verify", null, "/app/verify#token"],
  ["verify-incomplete", null, "/app/verify"], ["email-change", null, "/app/email-change#token"], ["forgot", null, "/app/forgot-password"], ["reset", null, "/app/reset-password#token"],
  ["setup", null, `${setupBase}/setup#token`], ["setup-done", null, "/setup"], ["goodbye", null, "/app/goodbye/crt_none"],
  ["overview", "ada@example.org", "/app"], ["overview-empty", "new@example.org", "/app"], ["overview-failing", "failing@example.org", "/app"],
  ["machines", "ada@example.org", "/app/machines"], ["machines-empty", "new@example.org", "/app/machines"], ["order-new", "ada@example.org", "/app/machines/new"],
  ["machine", "ada@example.org", "/app/machines/vm_01web"], ["machine-serial", "ada@example.org", "/app/machines/vm_01web?tab=serial"],
  ["machine-screen", "ada@example.org", "/app/machines/vm_01web?tab=screen"], ["machine-usage", "ada@example.org", "/app/machines/vm_01web?tab=usage"],
  ["machine-metrics", "ada@example.org", "/app/machines/vm_01web?tab=metrics"], ["machine-metrics-month", "ada@example.org", "/app/machines/vm_01web?tab=metrics&last=30d"],
  ["machine-suspended", "ada@example.org", "/app/machines/vm_01held"], ["machine-rescue", "ada@example.org", "/app/machines/vm_01rescue"],
  ["machine-metrics-empty", "ada@example.org", "/app/machines/vm_01staging?tab=metrics"],
  ["machine-snapshots", "ada@example.org", "/app/machines/vm_01web?tab=snapshots"], ["ssh-keys", "ada@example.org", "/app/ssh-keys"],
  ["networks", "ada@example.org", "/app/networks"], ["networks-empty", "new@example.org", "/app/networks"], ["addresses", "ada@example.org", "/app/addresses"],
  ["security-groups", "ada@example.org", "/app/security-groups"], ["operator-address-pools", "owner@example.org", "/operator/address-pools"],
  ["machine-backups", "ada@example.org", "/app/machines/vm_01web?tab=backups"], ["backups", "ada@example.org", "/app/backups"], ["backups-empty", "new@example.org", "/app/backups"],
  ["order-from-backup", "ada@example.org", "/app/machines/new?backup=bak_01upgrade"],
  ["machine-events", "ada@example.org", "/app/machines/vm_01web?tab=events"], ["machine-stopped-serial", "ada@example.org", "/app/machines/vm_01staging?tab=serial"],
  ["machine-deleting", "ada@example.org", "/app/machines/vm_01old"], ["machine-failed", "ada@example.org", "/app/machines/vm_01crashed"],
  ["machine-denied", "ada@example.org", "/app/machines/vm_denied"], ["machine-missing", "ada@example.org", "/app/machines/vm_none"],
  ["machine-broken", "ada@example.org", "/app/machines/vm_broken"],
  ["orders", "ada@example.org", "/app/orders"], ["usage", "ada@example.org", "/app/usage"], ["usage-empty", "new@example.org", "/app/usage"],
  ["invoices", "ada@example.org", "/app/invoices"], ["invoice", "ada@example.org", "/app/invoices/inv_01open"], ["invoice-preview", "ada@example.org", "/app/invoices/preview"],
  ["payments", "ada@example.org", "/app/payments"], ["activity", "ada@example.org", "/app/activity"], ["profile", "ada@example.org", "/app/settings/profile"],
  ["organisation", "ada@example.org", "/app/settings/organisation"], ["sessions", "ada@example.org", "/app/settings/sessions"],
  ["notifications", "ada@example.org", "/app/notifications"], ["notifications-empty", "new@example.org", "/app/notifications"], ["preferences", "ada@example.org", "/app/settings/notifications"],
  ["members", "ada@example.org", "/app/settings/members"], ["projects", "ada@example.org", "/app/settings/projects"], ["sign-ins", "ada@example.org", "/app/settings/sign-ins"],
  ["invitation", null, "/app/invitation#token"], ["invitation-signed-in", "ada@example.org", "/app/invitation#token"], ["invitation-expired", null, "/app/invitation#expired"],
  ["api-tokens", "ada@example.org", "/app/settings/api-tokens"], ["privacy", "ada@example.org", "/app/privacy"], ["erase", "ada@example.org", "/app/privacy/erase"],
  ["nowhere", "ada@example.org", "/app/nowhere"],
  ["operator", "owner@example.org", "/operator"], ["operator-catalogue", "owner@example.org", "/operator/catalogue"], ["operator-nodes", "owner@example.org", "/operator/nodes"],
  ["operator-clusters", "owner@example.org", "/operator/clusters"], ["operator-cluster-new", "owner@example.org", "/operator/clusters/new"], ["operator-cluster", "owner@example.org", "/operator/clusters/clu_01vienna"],
  ["operator-cluster-changed", "owner@example.org", "/operator/clusters/clu_01graz"], ["operator-findings", "owner@example.org", "/operator/reconciler"], ["operator-customers", "owner@example.org", "/operator/customers"], ["operator-orders", "owner@example.org", "/operator/orders"],
  ["operator-invoices", "owner@example.org", "/operator/invoices"], ["operator-clock", "owner@example.org", "/operator/clock"], ["operator-trust", "owner@example.org", "/operator/trust"],
];
const views = [
  { name: "desktop-light", viewport: { width: 1280, height: 860 }, colorScheme: "light" },
  { name: "desktop-dark", viewport: { width: 1280, height: 860 }, colorScheme: "dark" },
  { name: "phone-light", viewport: { width: 390, height: 844 }, colorScheme: "light", hasTouch: true },
  { name: "phone-dark", viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true },
];
/** Answers the pages are meant to meet; the browser reports them as failed resources. */
const EXPECTED = /status of (401|403|404|409|410|422|500)/;

const faults = [];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

export async function open(view, who) {
  const context = await browser.newContext({ viewport: view.viewport, colorScheme: view.colorScheme, hasTouch: view.hasTouch ?? false, reducedMotion: "reduce", locale: "en-GB", timezoneId: "Europe/Berlin" });
  if (who !== null) await context.addCookies([{ name: "fairhold_session", value: encodeURIComponent(who), url: base }]);
  const page = await context.newPage();
  const report = (text) => {
    faults.push(`${view.name}: ${page.url()}: ${text}`);
    console.error(faults.at(-1));
  };
  page.on("pageerror", (error) => report(`script failed: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && !EXPECTED.test(message.text()) && report(`console: ${message.text()}`));
  page.on("request", (request) => !/^(http:\/\/127\.0\.0\.1|ws:\/\/127\.0\.0\.1|data:|blob:)/.test(request.url()) && report(`reached outside: ${request.url()}`));
  return { context, page, report };
}

async function audit(page, report, label) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 1) report(`${label}: ${wide} px wider than the window`);
  // Evaluated by the debugger, so the page's own policy stays as strict as it is.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await axeText());
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const found of result.violations.filter((each) => each.impact === "serious" || each.impact === "critical")) {
    report(`${label}: axe ${found.id}: ${found.nodes.map((node) => `${node.html.slice(0, 160)} (${node.any[0]?.message ?? ""})`).slice(0, 3).join(" | ")}`);
  }
}

let text;
async function axeText() {
  text ??= await (await import("node:fs/promises")).readFile(axeSource, "utf8");
  return text;
}

/** ONLY=<names of pages, or "journeys"> and VIEWS=<names of views> choose a part. */
const only = process.env.ONLY?.split(",");
const chosenViews = views.filter((view) => process.env.VIEWS === undefined || process.env.VIEWS.split(",").includes(view.name));
for (const view of chosenViews) {
  const visits = new Map();
  for (const [name, who, address] of pages) {
    if (only && !only.includes(name)) continue;
    if (!visits.has(who)) visits.set(who, await open(view, who));
    const { page, report } = visits.get(who);
    await page.goto(address.startsWith("http") ? address : base + address);
    await page.getByRole("heading", { level: 1 }).first().waitFor({ timeout: 10_000 }).catch(() => report(`${name}: no heading came`));
    await page.waitForTimeout(name.includes("serial") || name.includes("screen") ? 900 : 250);
    await audit(page, report, name);
    await page.screenshot({ path: join(pictures, `${name}.${view.name}.png`), fullPage: true });
  }
  for (const { context } of visits.values()) await context.close();
}
if (!only || only.includes("journeys")) await journeys({ open, audit, base, setupBase, pictures, views: chosenViews });

await browser.close();
server.close();
setupServer.close();
console.log(`Pictures in ${pictures}`);
if (faults.length > 0) {
  console.error(`${faults.length} faults`);
  process.exit(1);
}
console.log(`${only ? "Chosen" : pages.length} pages × ${chosenViews.length} views: no faults`);
process.exit(0);
