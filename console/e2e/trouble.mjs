// When something is wrong with a machine: it is held, rescued, entered and measured; it dies behind our back, and the operator sees it.
import { cpSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { button, dialog, heading, more, sees } from "./words.mjs";

/** The folder of a guest below the folder of the whole journey. */
function guestFolder(folder, machine) {
  const found = readdirSync(folder, { recursive: true }).find((path) => path.endsWith(join("guests", machine, "guest.json")));
  return dirname(join(folder, found));
}

/** A guest that carries our mark and that no machine stands behind: what a restored or half-removed host may hold. */
function strayGuest(folder) {
  const reference = basename(folder).replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  // Drafts begin with a dot, so that half a guest is never seen.
  const draft = join(dirname(folder), `.new-${reference}`);
  cpSync(folder, draft, { recursive: true, filter: (path) => !/\.(log|lock)$/.test(path) });
  const record = join(draft, "guest.json");
  writeFileSync(record, readFileSync(record, "utf8").replaceAll(basename(folder), reference));
  renameSync(draft, join(dirname(folder), reference));
  return reference;
}

/** The QEMU process of a guest that this journey started. */
function emulator(folder, machine) {
  const command = (pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
      return "";
    }
  };
  return Number(readdirSync("/proc").find((pid) => /^\d+$/.test(pid) && /^\S*qemu-system/.test(command(pid)) && command(pid).includes(folder) && command(pid).includes(machine)));
}

export const trouble = {
  async "held and rescued"(world) {
    const { page } = world.ada;
    await page.goto(`${world.base}/app/machines/${world.machine}`);
    await more(page, "Suspend");
    await sees(page, "This machine is suspended", 60_000);
    await world.look(page, "machine-suspended", { phone: true });
    await button(page, "Resume").click();
    await button(page, "Shut down").waitFor({ timeout: 60_000 });
    await more(page, "Boot the rescue system");
    await world.look(page, "machine-rescue-asked");
    await dialog(page, "Boot the rescue system").click();
    await sees(page, "The rescue system runs", 120_000);
    await world.look(page, "machine-rescue", { phone: true });
    await button(page, "Leave the rescue system").click();
    await button(page, "Shut down").waitFor({ timeout: 120_000 });
  },
  async "root password"(world) {
    const { page } = world.ada;
    await more(page, "Set the root password");
    await dialog(page, "Set the password").click();
    await sees(page, "Say yes to this, or leave the machine as it is.");
    await page.getByRole("dialog").getByLabel(/^Yes, change the root user's password/).check();
    await world.look(page, "machine-password", { phone: true });
    await dialog(page, "Set the password").click();
    await sees(page, "This is the only time that the password is shown");
    await page.getByRole("dialog").getByRole("status").filter({ hasText: /\w/ }).waitFor({ timeout: 60_000 });
    await world.look(page, "machine-password-set", { phone: true });
    await dialog(page, "Close").last().click();
  },
  async metrics(world) {
    const { page } = world.ada;
    await page.getByRole("tab", { name: "Metrics" }).click();
    await page.getByText("1 hour", { exact: true }).click();
    await page.getByRole("heading", { name: "Processors" }).waitFor({ timeout: 200_000 });
    await world.look(page, "machine-metrics", { phone: true });
    await button(page, "Show as a table").click();
    await page.getByRole("table", { name: "Metrics" }).waitFor();
    await world.look(page, "machine-metrics-table", { phone: true });
  },
  async "what differs"(world) {
    const { page } = world.owner;
    const stray = strayGuest(guestFolder(world.folder, world.machine));
    const pid = emulator(world.folder, world.machine);
    world.assert.ok(pid > 1, "the machine has a process");
    process.kill(pid, "SIGKILL");
    await page.goto(`${world.base}/operator/reconciler`);
    await heading(page, "Findings");
    const dead = page.getByRole("article", { name: "Another state" });
    await dead.waitFor({ timeout: 90_000 });
    const orphan = page.getByRole("article", { name: "Guest without a machine" });
    await orphan.getByText(stray).first().waitFor({ timeout: 120_000 });
    await world.look(page, "operator-findings-real", { phone: true });
    await dead.getByRole("button", { name: "Start the machine" }).click();
    await world.look(page, "operator-finding-repair");
    await dialog(page, "Start the machine").click();
    await dead.waitFor({ state: "detached", timeout: 90_000 });
    await world.ada.page.goto(`${world.base}/app/machines/${world.machine}`);
    await button(world.ada.page, "Shut down").waitFor({ timeout: 90_000 });
  },
};
