// A cluster of the operator's: enrolled a step at a time, a guest on it taken over, and that guest's console opened by its new owner.
import { button, dialog, heading, sees } from "./words.mjs";

const NAME = "vienna-1";
const STRANGER = "ticket-desk";

/** Picks what a field offers. */
async function pick(page, field, option) {
  await page.getByRole("combobox", { name: field, exact: true }).click();
  await page.getByRole("option", { name: option }).click();
}

export const enrolment = {
  async "enrolling a cluster"(world) {
    const { page } = world.owner;
    const { addresses, token_id, token_secret } = world.cluster;
    await page.goto(`${world.base}/operator/clusters`);
    await heading(page, "Clusters");
    await page.goto(`${world.base}/operator/clusters/new`);
    await heading(page, "Enrol a cluster");
    await page.getByLabel("Name", { exact: true }).fill(NAME);
    await page.getByLabel("Region", { exact: true }).fill("vienna");
    await button(page, "Another node").click();
    for (const [index, { host, port }] of addresses.entries()) {
      await page.getByLabel(`Address of node ${index + 1}`).fill(host);
      await page.getByLabel("Port").nth(index).fill(String(port));
    }
    await world.look(page, "cluster-where");
    await button(page, "Look at its certificate").click();
    for (const { host, port, fingerprint } of addresses) {
      const node = page.getByRole("article", { name: `${host}:${port}` });
      await node.getByText(fingerprint).waitFor();
      await node.getByLabel("The node shows").fill(fingerprint.replace(/^../, fingerprint.startsWith("AA") ? "BB" : "AA"));
      await node.getByText("This is not the fingerprint").waitFor();
      await node.getByLabel("The node shows").fill(fingerprint);
      await node.getByText("They are the same.").waitFor();
    }
    await world.look(page, "cluster-compared");
    await button(page, "Go on").click();
    await page.getByLabel("Token", { exact: true }).fill(token_id);
    await page.getByLabel("Secret").fill("00000000-0000-0000-0000-000000000000");
    await button(page, "Try the token").click();
    await sees(page, /does not accept this token/);
    await page.getByLabel("Secret").fill(token_secret);
    await page.getByRole("button", { name: /^Try/ }).click();
    await button(page, "Go on").click();
    await page.getByLabel("First number").fill("5000");
    await page.getByLabel("Last number").fill("5999");
    if ((await page.getByRole("combobox", { name: "Disks", exact: true }).inputValue()) === "") await pick(page, "Disks", "local-lvm");
    if ((await page.getByRole("combobox", { name: "Network", exact: true }).inputValue()) === "") await pick(page, "Network", "vmbr0");
    await page.getByLabel("Offered as").fill("standin");
    await world.look(page, "cluster-mapping", { phone: true });
    await button(page, "Enrol the cluster").click();
    await heading(page, NAME, 60_000);
    await page.getByText("Ready", { exact: true }).first().waitFor({ timeout: 60_000 });
    world.assert.ok(!(await page.content()).includes(token_secret), "the secret is shown to nobody");
    await world.look(page, "cluster", { phone: true });
  },
};

export const adoption = {
  async "taking a guest over"(world) {
    const { page } = world.owner;
    const project = await world.ada.page.evaluate(async () => (await (await fetch("/v1/me")).json()).organisations[0].projects[0].id);
    await page.goto(`${world.base}/operator/nodes`);
    const take = page.getByRole("button", { name: `Take over ${STRANGER}` });
    // The hypervisors are asked once a minute what else is on them.
    for (let tries = 0; tries < 80 && !(await take.isVisible()); tries += 1) {
      await page.waitForTimeout(1_000);
      await page.reload();
      await heading(page, "Nodes");
    }
    await take.scrollIntoViewIfNeeded();
    await world.look(page, "nodes-with-cluster");
    await take.click();
    await page.getByRole("dialog").getByLabel("Project").fill(project);
    await page.getByRole("dialog").getByLabel("Host name").fill(STRANGER);
    await world.look(page, "guest-take-over");
    await dialog(page, "Take it over").click();
    await page.getByRole("dialog").waitFor({ state: "detached", timeout: 30_000 });
  },
  async "the console of a guest on a cluster"(world) {
    const { page } = world.ada;
    await page.goto(`${world.base}/app/machines`);
    await page.getByRole("link", { name: STRANGER }).first().click();
    await heading(page, STRANGER);
    await button(page, "Shut down").waitFor({ timeout: 60_000 });
    await world.look(page, "machine-adopted", { phone: true });
    await page.getByRole("tab", { name: "Serial console" }).click();
    await sees(page, "Connected");
    const rows = page.locator(".xterm-rows");
    const text = async () => (await rows.innerText()).replaceAll("\u00a0", " ");
    await page.locator(".xterm-helper-textarea").pressSequentially("expr 20 + 22");
    for (let tries = 0; tries < 20 && !/^42$/m.test(await text()); tries += 1) {
      await page.locator(".xterm-helper-textarea").press("Enter");
      await page.waitForTimeout(500);
    }
    world.assert.match(await text(), /42/, "the guest on the cluster answers");
    await world.look(page, "machine-adopted-serial");
  },
};
