// Where machines live: in a private network under a security group whose change is shown first, and in a container on this host.
import { readFileSync } from "node:fs";
import { containers } from "./program.mjs";
import { button, dialog, heading, more, sees } from "./words.mjs";

const KEY = /"(AAAAC3[^"]+)"/.exec(readFileSync(new URL("../src/form/sshKey.test.ts", import.meta.url), "utf8"))[1];
const BOX = "small-box";

async function choose(page, field, option) {
  await page.getByRole("dialog").getByRole("combobox", { name: field }).click();
  await page.getByRole("option", { name: option }).click();
}

const network = {
  async "a private network"(world) {
    const { page } = world.ada;
    await page.goto(`${world.base}/app/networks`);
    await heading(page, "Networks");
    await world.look(page, "networks-empty");
    await button(page, "Make a network").click();
    await page.getByRole("dialog").getByLabel("Name").fill("Backend");
    await page.getByRole("dialog").getByLabel("Addresses (optional)").fill("10.77.0.0/24");
    await world.look(page, "network-new");
    await dialog(page, "Make the network").click();
    await page.getByRole("row", { name: /Backend/ }).waitFor();
    await page.goto(`${world.base}/app/security-groups`);
    await heading(page, "Security groups");
    await button(page, "Make a security group").click();
    await page.getByRole("dialog").getByLabel("Name").fill("Web servers");
    await world.look(page, "security-group-new");
    await dialog(page, "Make the group").click();
    await page.getByRole("row", { name: /Web servers/ }).waitFor();
  },
  async "a machine moves in"(world) {
    const { page } = world.ada;
    await page.goto(`${world.base}/app/networks`);
    await page.getByRole("button", { name: "Move a machine in: Backend" }).click();
    await choose(page, "Machine", "morning");
    await choose(page, "Security group", "Web servers");
    await world.look(page, "network-connect");
    await dialog(page, "Move it in").click();
    await page.getByRole("dialog").getByText("Done", { exact: true }).first().waitFor({ timeout: 60_000 }).catch(() => {});
    await world.look(page, "network-connect-steps");
    await dialog(page, "Close").last().click();
    await page.getByRole("row", { name: /Backend.*\b1\b/ }).waitFor({ timeout: 60_000 });
    await world.look(page, "networks", { phone: true });
    // It has its place there once it has been stopped and started.
    await page.goto(`${world.base}/app/machines/${world.machine}`);
    await more(page, "Stop at once");
    await dialog(page, "Stop at once").click();
    await sees(page, "Stopped", 60_000);
    await button(page, "Start").click();
    await button(page, "Shut down").waitFor({ timeout: 90_000 });
    await sees(page, /10\.77\.0\.\d+/, 60_000);
    await world.look(page, "machine-in-network", { phone: true });
  },
  async "a change of rules is shown first"(world) {
    const { page } = world.ada;
    await page.goto(`${world.base}/app/security-groups`);
    await page.getByRole("button", { name: "Change the security group Web servers" }).click();
    await page.getByRole("dialog").getByRole("group", { name: "Rule 1" }).getByLabel("Ports").fill("443");
    await dialog(page, "Show what changes").click();
    await sees(page, /1 machine is in this group/);
    await sees(page, /morning \(10\.77\.0\.\d+\)/);
    await world.look(page, "security-group-preview");
    await dialog(page, "Apply").click();
    await page.getByRole("row", { name: /Web servers.*443/ }).waitFor({ timeout: 30_000 });
    await world.look(page, "security-groups", { phone: true });
  },
  async "a machine's group is chosen on its own page"(world) {
    const { page } = world.ada;
    for (const group of ["None", "Web servers"]) {
      await page.goto(`${world.base}/app/machines/${world.machine}`);
      await more(page, "Network and security group");
      await choose(page, "Security group", group);
      await world.look(page, `machine-connect-${group === "None" ? "out" : "in"}`, { phone: true });
      await dialog(page, "Apply").click();
      await page.getByRole("dialog").getByText("It is in force.").last().waitFor({ timeout: 60_000 });
      await dialog(page, "Close").last().click();
    }
    await sees(page, "Web servers");
  },
};

const container = {
  async "a container"(world) {
    const { page } = world.ada;
    await page.goto(`${world.base}/app/machines/new`);
    await page.getByLabel("Hostname").fill(BOX);
    await page.getByLabel("SSH public key").fill(`ssh-ed25519 ${KEY} ada`);
    await page.getByRole("radio", { name: /container/i }).first().click();
    await page.getByText("By the hour").click();
    await world.look(page, "order-container");
    await button(page, "Order and pay").click();
    await page.getByRole("link", { name: "Open the machine" }).waitFor({ timeout: 120_000 });
    await page.getByRole("link", { name: "Open the machine" }).click();
    await heading(page, BOX);
    await button(page, "Shut down").waitFor({ timeout: 60_000 });
    await world.look(page, "container", { phone: true });
    await page.getByRole("tab", { name: "Serial console" }).click();
    await sees(page, "Connected");
    const text = () => page.locator(".xterm-rows").innerText();
    for (let tries = 0; tries < 60 && !(await text()).replaceAll("\u00a0", " ").includes(BOX); tries += 1) {
      if (tries % 6 === 0) await page.locator(".xterm-helper-textarea").press("Enter");
      await page.waitForTimeout(500);
    }
    world.assert.ok((await text()).includes(BOX), `the prompt shows the hostname: ${await text()}`);
    await world.look(page, "container-serial");
  },
  async "the end of a container"(world) {
    const { page } = world.ada;
    await page.getByRole("tab", { name: "Machine", exact: true }).click();
    await more(page, "Delete");
    await page.getByRole("dialog").getByRole("textbox").fill(BOX);
    await dialog(page, "Delete the machine").click();
    await sees(page, "This machine will be deleted", 60_000);
    await world.look(page, "container-deleting");
  },
};

const none = {
  async "a container"() {
    console.log("NOT CHECKED: containers need root and runc, and this host lacks one of them");
  },
};

export const places = { ...network, ...(containers ? container : none) };
