// The owner: the one-time link, the set-up, and what the operator's pages show of a fresh installation.
import { PASSWORD, button, heading } from "./words.mjs";

export const operator = {
  async "before the set-up"({ base, assert }) {
    const page = await (await fetch(base)).text();
    assert.match(page, /set.?up/i, "the public page says that the set-up is outstanding");
  },
  async "set-up"(world) {
    const { page } = (world.owner = await world.open());
    await page.goto(world.link);
    await heading(page, "Set up Fairhold");
    assertNoToken(page, world);
    await world.look(page, "setup", { phone: true });
    await page.getByLabel("Legal name").fill("Keep Hosting GmbH");
    await page.getByLabel("Address").fill("Torweg 1, 10115 Berlin");
    await page.getByLabel("Country").fill("DE");
    await page.getByLabel("Privacy contact").fill("privacy@keep.example");
    await page.getByLabel("Tax registration").fill("DE123456789");
    await button(page, "Go on").click();
    await page.getByLabel("Your name").fill("Olga Owner");
    await page.getByLabel("Your e-mail").fill("owner@keep.example");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await button(page, "Set up Fairhold").click();
    await heading(page, "Overview");
  },
  async "operator's pages"(world) {
    const { page } = world.owner;
    const { base, look } = world;
    await look(page, "operator", { phone: true });
    for (const [name, path, title] of [
      ["operator-catalogue", "/operator/catalogue", "Catalogue"], ["operator-nodes", "/operator/nodes", "Nodes"], ["operator-findings", "/operator/reconciler", "Findings"], ["operator-customers", "/operator/customers", "Customers"],
      ["operator-orders", "/operator/orders", "Orders and work"], ["operator-trust", "/operator/trust", "Promises"], ["operator-clock", "/operator/clock", /clock/i], ["operator-invoices", "/operator/invoices", /Invoices/],
    ]) {
      await page.goto(base + path);
      await heading(page, title);
      await look(page, name);
    }
    await page.goto(`${base}/operator/nodes`);
    await page.getByText("Ready").first().waitFor();
  },
};

function assertNoToken(page, { assert }) {
  assert.ok(!page.url().includes("#"), "the token left the address bar");
}
