// Opens every page of the built console against the mock server: phone and desktop, light and dark; axe must find
// nothing serious, no script may fail, the policy must not be broken, nothing may reach outside or overflow.
// node e2e/pages.mjs [folder for the pictures]; ONLY=<names of pages> and VIEWS=<names of views, or all> choose a part.
import { addresses } from "./addresses.mjs";
import { begin, chosenViews } from "./browser.mjs";

const { base, setupBase, open, audit, end } = await begin(process.argv[2]);
const only = process.env.ONLY?.split(",");
const chosen = addresses.filter(([name]) => !only || only.includes(name));
/** One entry for each page in each view; who is signed in changes as seldom as possible. */
const visits = chosenViews().flatMap((view) => [...chosen].sort(([, one], [, other]) => String(one).localeCompare(String(other))).map((address) => ({ view, address })));

/** A browser window of its own, that takes the next visit until none is left. */
async function worker() {
  let at = null;
  for (let visit = visits.shift(); visit !== undefined; visit = visits.shift()) {
    const { view, address: [name, who, path] } = visit;
    if (at?.view !== view || at.who !== who) {
      await at?.context.close();
      at = { view, who, ...(await open(view, who)) };
    }
    const { page, report, shot, whole } = at;
    await page.goto(path.startsWith("set-up:") ? setupBase + path.slice(7) : base + path);
    await page.waitForLoadState();
    await whole();
    await headed(page).catch(() => page.reload().then(() => headed(page))).catch(() => report(`${name}: no heading came`));
    await settled(page, /serial|screen/.test(name));
    await audit(page, report, name);
    await shot(name, { fullPage: true });
  }
  await at?.context.close();
}

const headed = (page) => page.getByRole("heading", { level: 1 }).first().waitFor({ timeout: 30_000 });

/** Placeholders are gone; a console has connected. */
async function settled(page, isConsole) {
  await page.waitForFunction(() => document.querySelector(".mantine-Skeleton-root") === null, null, { timeout: 5_000 }).catch(() => {});
  await page.waitForTimeout(isConsole ? 900 : 60);
}

const begun = Date.now();
await Promise.all([worker(), worker(), worker()]);
await end(`${chosen.length} pages × ${chosenViews().length} views in ${Math.round((Date.now() - begun) / 1_000)} s`);
