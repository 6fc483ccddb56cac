// The customer: a machine ordered, watched, used and kept; what is held; a copy of it; and the end of the account.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { adoption } from "./cluster.mjs";
import { places } from "./places.mjs";
import { trouble } from "./trouble.mjs";
import { button, dialog, heading, more, sees } from "./words.mjs";

const KEY = /"(AAAAC3[^"]+)"/.exec(readFileSync(new URL("../src/form/sshKey.test.ts", import.meta.url), "utf8"))[1];
const HOST = "first-light";

async function saved(page, press, path) {
  const [download] = await Promise.all([page.waitForEvent("download"), press()]);
  await download.saveAs(path);
  return readFileSync(path);
}

export const customer = {
  async order(world) {
    const { page } = world.ada;
    // A system is on offer once a node has said that it has its image.
    for (let tries = 0; ; tries += 1) {
      const { items } = await (await fetch(`${world.base}/v1/templates`)).json();
      if (items.some(({ key }) => key === "tiny")) break;
      world.assert.ok(tries < 40, "the tiny system is on offer; the image of this version must be in the folder (`fairhold demo` and the Rust tests build it)");
      await page.waitForTimeout(500);
    }
    await page.goto(`${world.base}/app/machines/new`);
    await page.getByLabel("Hostname").fill(HOST);
    await page.getByLabel("SSH public key").fill(`ssh-ed25519 ${KEY} ada`);
    await page.getByRole("radio", { name: /tiny/i }).filter({ hasNotText: /container/i }).click();
    await page.getByRole("radio", { name: "Is declined" }).check();
    await world.look(page, "order-new", { phone: true });
    await button(page, "Order and pay").click();
    await sees(page, "The payment did not go through");
    await world.look(page, "order-declined");
    await page.getByRole("radio", { name: "Succeeds" }).check();
    await button(page, "Pay again").click();
    await page.getByRole("heading", { name: "Progress" }).waitFor();
    await page.waitForTimeout(1_500);
    await page.reload();
    await page.getByRole("list").getByRole("listitem").first().waitFor();
    await world.look(page, "order-steps", { phone: true });
    await page.getByRole("link", { name: "Open the machine" }).waitFor({ timeout: 120_000 });
    await world.look(page, "order-active");
    await page.getByRole("link", { name: "Open the machine" }).click();
    await heading(page, HOST);
    await sees(page, /ssh -p \d+/);
    await world.look(page, "machine", { phone: true });
    world.machine = new URL(page.url()).pathname.split("/").at(-1);
  },
  async "serial console"(world) {
    const { page } = world.ada;
    await page.getByRole("tab", { name: "Serial console" }).click();
    await sees(page, "Connected");
    const text = () => page.locator(".xterm-rows").innerText();
    for (let tries = 0; tries < 120 && !(await text()).replaceAll("\u00a0", " ").includes(HOST); tries += 1) {
      if (tries % 8 === 0) await page.locator(".xterm-helper-textarea").press("Enter");
      await page.waitForTimeout(500);
    }
    world.assert.ok((await text()).includes(HOST), `the prompt shows the hostname: ${await text()}`);
    await world.look(page, "machine-serial", { phone: true });
  },
  async screen(world) {
    const { page } = world.ada;
    await page.getByRole("tab", { name: "Screen" }).click();
    await sees(page, "Connected");
    const colours = () =>
      page.locator(".screen canvas").first().evaluate((canvas) => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const seen = new Set();
        for (let at = 0; at < data.length && seen.size < 8; at += 4) seen.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
        return seen.size;
      });
    await page.locator(".screen canvas").first().waitFor();
    for (let tries = 0; tries < 40 && (await colours()) < 2; tries += 1) await page.waitForTimeout(500);
    await world.look(page, "machine-screen");
    world.assert.ok((await colours()) >= 2, "the screen is not blank");
  },
  async "stop, start, rename"(world) {
    const { page } = world.ada;
    await page.getByRole("tab", { name: "Machine", exact: true }).click();
    await more(page, "Stop at once");
    await dialog(page, "Stop at once").click();
    await sees(page, "Stopped", 60_000);
    await world.look(page, "machine-stopped");
    await button(page, "Start").click();
    await button(page, "Shut down").waitFor({ timeout: 90_000 });
    await more(page, "Rename");
    await page.getByRole("dialog").getByLabel("Name").fill("morning");
    await world.look(page, "machine-rename");
    await dialog(page, "Rename").click();
    await heading(page, "morning");
    await page.getByRole("tab", { name: "Events" }).click();
    await page.getByRole("table", { name: "Events" }).getByRole("row").nth(3).waitFor();
    await world.look(page, "machine-events");
    await page.getByRole("tab", { name: "Usage" }).click();
    await page.waitForTimeout(500);
    await world.look(page, "machine-usage");
  },
  async "snapshot and back"(world) {
    const { page } = world.ada;
    await page.getByRole("tab", { name: "Snapshots" }).click();
    await button(page, "Take a snapshot").click();
    await page.getByRole("dialog").getByLabel("Name").fill("Before the storm");
    await page.getByRole("dialog").getByLabel("Keep the memory too").check();
    await world.look(page, "snapshot-new");
    await dialog(page, "Take it").click();
    await page.getByRole("row", { name: /Before the storm.*Ready/ }).waitFor({ timeout: 120_000 });
    await world.look(page, "snapshots", { phone: true });
    await page.getByRole("row", { name: /Before the storm/ }).getByRole("button", { name: "Bring back" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill("morning");
    await world.look(page, "snapshot-restore");
    await dialog(page, "Bring it back").click();
    await sees(page, "Being brought back");
    await button(page, "Shut down").waitFor({ timeout: 120_000 });
    await page.getByRole("button", { name: "Delete the snapshot Before the storm" }).click();
    await dialog(page, "Delete the snapshot").click();
    await page.getByRole("row", { name: /Before the storm/ }).waitFor({ state: "detached", timeout: 60_000 });
    await more(page, "Change the size");
    await page.getByRole("dialog").getByRole("radio").nth(1).click();
    await sees(page, /paid already/);
    await world.look(page, "machine-resize", { phone: true });
    await dialog(page, "Change the size").click();
    // It is paid for first, so the page may not be looking in the seconds in which it restarts.
    await page.getByRole("tab", { name: "Machine", exact: true }).click();
    await page.getByText(/512 MiB/).first().waitFor({ timeout: 120_000 });
    await button(page, "Shut down").waitFor({ timeout: 120_000 });
  },
  async "backup and back"(world) {
    const { page } = world.ada;
    await page.getByRole("tab", { name: "Backups" }).click();
    await page.getByText("Daily", { exact: true }).click();
    await button(page, "Save the plan").click();
    await sees(page, /The next one begins/);
    await button(page, "Make a backup").click();
    await page.getByRole("dialog").getByLabel("Name").fill("Before the move");
    await world.look(page, "backup-new");
    await dialog(page, "Make it").click();
    await page.getByRole("row", { name: /Before the move.*Ready/ }).waitFor({ timeout: 180_000 });
    await world.look(page, "backups", { phone: true });
    const link = page.getByRole("link", { name: "Download the backup Before the move" });
    const archive = await saved(page, () => link.click(), join(world.folder, "backup.qcow2"));
    world.assert.equal(archive.toString("latin1", 0, 4), "QFI\xfb", "the archive is a qcow2 image");
    await page.getByRole("row", { name: /Before the move/ }).getByRole("button", { name: "Bring back" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill("morning");
    await world.look(page, "backup-restore");
    await dialog(page, "Bring it back").click();
    await sees(page, "Being brought back");
    await button(page, "Shut down").waitFor({ timeout: 180_000 });
    await page.getByRole("button", { name: "New machine" }).click();
    await sees(page, /“Before the move” of/);
    await world.look(page, "order-from-backup", { phone: true });
    await page.goBack();
    await page.getByRole("button", { name: "Delete the backup Before the move" }).click();
    await dialog(page, "Delete the backup").click();
    await page.getByRole("row", { name: /Before the move/ }).waitFor({ state: "detached", timeout: 60_000 });
  },
  async keys(world) {
    const { page } = world.ada;
    await page.goto(`${world.base}/app/ssh-keys`);
    await heading(page, "SSH keys");
    await button(page, "Keep a key").click();
    await page.getByRole("dialog").getByLabel("Name").fill("Laptop");
    await page.getByRole("dialog").getByLabel("SSH public key").fill(`ssh-ed25519 ${KEY} ada`);
    await dialog(page, "Keep the key").click();
    await page.getByRole("button", { name: "Forget the key Laptop" }).waitFor();
    await world.look(page, "ssh-keys", { phone: true });
    await page.goto(`${world.base}/app/machines/new`);
    await sees(page, "With this machine");
    world.assert.match(await page.getByLabel("SSH public key").inputValue(), /^ssh-ed25519 /, "the kept key is picked");
    await world.look(page, "order-new-with-key", { phone: true });
    await page.goto(`${world.base}/app/machines/${world.machine}`);
    await heading(page, "morning");
  },
  async "money and activity"(world) {
    const { page } = world.ada;
    for (const [name, path] of [["overview", "/app"], ["machines", "/app/machines"], ["orders", "/app/orders"], ["usage", "/app/usage"], ["invoices", "/app/invoices"], ["invoice-preview", "/app/invoices/preview"], ["payments", "/app/payments"], ["activity", "/app/activity"]]) {
      await page.goto(world.base + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForTimeout(300);
      await world.look(page, name, { phone: ["overview", "machines", "usage", "activity"].includes(name) });
      if (name === "usage") await heading(page, "So far this month");
      if (name === "payments") {
        await sees(page, "Declined");
        await sees(page, "Succeeded");
      }
    }
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Page, machine or invoice").fill(HOST);
    await page.getByRole("dialog").getByText("morning").waitFor();
    await world.look(page, "palette", { phone: true });
    await page.keyboard.press("Escape");
    for (const act of ["catalogue.order.create", "compute.instance.stop", "compute.instance.start", "compute.instance.update"]) await sees(page, act);
    for (const [name, path] of [["profile", "/app/settings/profile"], ["organisation", "/app/settings/organisation"], ["sessions", "/app/settings/sessions"], ["api-tokens", "/app/settings/api-tokens"]]) {
      await page.goto(world.base + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await world.look(page, name);
    }
    await button(page, "New token").click();
    await page.getByRole("dialog").getByLabel("Name").fill("Laptop");
    await button(page, "Make the token").click();
    await sees(page, "Copy it now");
    const token = /fh_[\w-]+/.exec(await page.getByRole("dialog").innerText())?.[0];
    const answer = await fetch(`${world.base}/v1/instances`, { headers: { authorization: `Bearer ${token}` } });
    world.assert.equal((await answer.json()).items.length, 1, "the token opens the same machine");
    await button(page, "I have copied it").click();
  },
  async "copy of everything"(world) {
    const { page } = world.ada;
    await page.goto(`${world.base}/app/privacy`);
    await heading(page, /privacy/i);
    await sees(page, "What we hold about you");
    world.assert.ok((await page.getByRole("table").first().getByRole("row").count()) > 3, "what is held is listed");
    await world.look(page, "privacy", { phone: true });
    await button(page, "Make an export").click();
    const link = page.getByRole("link", { name: /Download the export/ });
    await link.waitFor({ timeout: 60_000 });
    await world.look(page, "export-ready");
    const zip = await saved(page, () => link.click(), join(world.folder, "export.zip"));
    world.assert.equal(zip.subarray(0, 4).toString("latin1"), "PK\u0003\u0004", "the export is a zip file");
    world.assert.ok(zip.length > 2_000, "and not an empty one");
  },
  async "requests and limits"(world) {
    const { page } = world.ada;
    await page.goto(`${world.base}/app/privacy/requests/new`);
    await heading(page, "New request");
    await page.getByRole("combobox", { name: "What do you ask for?" }).click();
    await page.getByRole("option", { name: "Something put right" }).click();
    await page.getByRole("combobox", { name: "What is wrong?" }).click();
    await page.getByRole("option", { name: "Name", exact: true }).click();
    await page.getByLabel("What is right?").fill("Ada Canary-Corrected");
    await world.look(page, "request-new", { phone: true });
    await button(page, "Send the request").click();
    await sees(page, "What was put right where", 60_000);
    await sees(page, "Done", 60_000);
    await world.look(page, "request-corrected", { phone: true });
    await page.goto(`${world.base}/app/privacy/requests/new`);
    await page.getByLabel("In your own words").fill("Who else has seen my address?");
    await button(page, "Send the request").click();
    await sees(page, "Waits for an answer");
    await sees(page, "If we do not help");
    await world.look(page, "request-waits");
    await page.goto(`${world.base}/app/privacy/requests`);
    await heading(page, "Your requests");
    await world.look(page, "requests", { phone: true });
    await page.goto(`${world.base}/app/privacy/rights`);
    await heading(page, "Your rights");
    await page.getByRole("combobox", { name: "Where you live" }).click();
    await page.getByRole("option", { name: /California/ }).click();
    await page.getByRole("heading", { name: /California Consumer Privacy Act/ }).waitFor();
    await world.look(page, "rights", { phone: true });
    await page.goto(`${world.base}/app/privacy/limits`);
    await heading(page, "Limit the use of your data");
    await button(page, /^Object: prevent/).click();
    await sees(page, "You object since");
    await button(page, "Restrict the use").click();
    await dialog(page, "Restrict it").click();
    await sees(page, "The use of your data is restricted");
    await world.look(page, "limits", { phone: true });
    await button(page, "End the restriction").click();
    await button(page, "Restrict the use").waitFor();
  },
  async "the operator answers"(world) {
    const { page } = world.owner;
    await page.goto(`${world.base}/operator/requests`);
    await heading(page, "Requests");
    await sees(page, "A question");
    await world.look(page, "operator-requests", { phone: true });
    await page.getByRole("link", { name: "A question" }).click();
    await sees(page, "Who else has seen my address?");
    await world.look(page, "operator-request", { phone: true });
    await page.getByLabel("What the person reads").fill("Nobody; see your activity.");
    await button(page, "It is done").click();
    await sees(page, "Closed");
    await page.goto(`${world.base}/operator/holds`);
    await heading(page, "Legal holds");
    await world.look(page, "operator-holds", { phone: true });
  },
  ...trouble,
  ...places,
  ...adoption,
  async "delete and undo"(world) {
    const { page } = world.ada;
    await page.goto(`${world.base}/app/machines/${world.machine}`);
    await heading(page, "morning");
    await more(page, "Delete");
    world.assert.ok(await dialog(page, "Delete the machine").isDisabled(), "the name must be typed");
    await page.getByRole("dialog").getByRole("textbox").fill("morning");
    await world.look(page, "machine-delete");
    await dialog(page, "Delete the machine").click();
    await sees(page, "This machine will be deleted", 60_000);
    await world.look(page, "machine-deleting", { phone: true });
    await button(page, "Keep the machine").click();
    await sees(page, "Stopped", 60_000);
  },
  async erasure(world) {
    const { page } = world.ada;
    await page.goto(`${world.base}/app/privacy/erase`);
    await heading(page, "Erase your account");
    await sees(page, "What you run and keep with us is destroyed");
    world.assert.ok((await page.getByRole("table", { name: "What goes" }).getByRole("row").count()) > 2, "the preview lists what goes");
    world.assert.ok((await page.getByRole("table", { name: "What stays" }).getByRole("row").count()) > 1, "and what the law keeps");
    await world.look(page, "erase", { phone: true });
    await page.getByLabel("Type your e-mail address to confirm").fill("ada@visitor.example");
    await button(page, "Erase my account").click();
    await heading(page, "Your account is being erased");
    await world.look(page, "erasing");
    await heading(page, "Your account is erased", 120_000);
    await world.look(page, "erased", { phone: true });
    const file = join(world.folder, "certificate.json");
    const certificate = await saved(page, () => page.getByRole("link", { name: "Download the certificate" }).click(), file);
    world.assert.ok(!certificate.includes("ada@visitor.example") && !certificate.includes("Ada Canary"), "the certificate names nobody");
    console.log(world.verify(file).trim());
    await page.goto(`${world.base}/app`);
    await heading(page, "Sign in");
  },
};
