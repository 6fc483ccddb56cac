// What a new user does, by labels and keys only: signing up, ordering, paying, running, exporting, erasing.
// node e2e/journeys.mjs [folder for the pictures]; VIEWS=<name of a view>; STORY=<part of a name> tells only the stories of that name.
import { readFileSync } from "node:fs";
import { begin, chosenViews } from "./browser.mjs";
import { disks } from "./disks.mjs";
import { offer } from "./offer.mjs";

const KEY = /"(AAAAC3[^"]+)"/.exec(readFileSync(new URL("../src/form/sshKey.test.ts", import.meta.url), "utf8"))[1];

const button = (page, name) => page.getByRole("button", { name, exact: true });
const sees = (page, text) => page.getByText(text).first().waitFor({ timeout: 30_000 });
/** A dialog takes the focus back to where it was opened from as it goes, and would close a menu that is open by then. */
const closed = (page) => page.getByRole("dialog").waitFor({ state: "detached", timeout: 30_000 });
const heading = (page, name) => page.getByRole("heading", { name, level: 1 }).waitFor({ timeout: 30_000 });

/** Presses Tab until the wanted thing has the focus; fails when it cannot be reached. */
async function tabTo(page, name, most = 70) {
  for (let count = 0; count < most; count += 1) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "");
    if (here.trim() === name) return;
  }
  throw new Error(`“${name}” cannot be reached by keyboard`);
}

async function fillOrder(page, base, hostname, outcome = "Succeeds") {
  await page.goto(`${base}/app/machines/new`);
  await page.getByLabel("Hostname").fill(hostname);
  await page.getByLabel("SSH public key").fill(`ssh-ed25519 ${KEY} ada`);
  await page.getByRole("radio", { name: outcome }).check();
  await button(page, "Order and pay").click();
}

const stories = {
  async "sign-up"({ page, base, shot }) {
    await page.goto(`${base}/app/sign-up`);
    await button(page, "Open the account").click();
    await sees(page, "Tell us what to call you.");
    await page.getByLabel("Name").fill("Ada Lovelace");
    await page.getByLabel("E-mail").fill("ada@example.org");
    await page.getByLabel("Password", { exact: true }).fill("a leaked password");
    await page.getByLabel("I am 16 or over").check();
    await button(page, "Open the account").click();
    await sees(page, "This password is in a list of leaked ones");
    await shot("refused");
    await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
    await button(page, "Open the account").click();
    await heading(page, "Check your mail");
    await sees(page, "ada@example.org");
  },
  async verify({ page, base }) {
    await page.goto(`${base}/app/verify#good-token`);
    await button(page, "Confirm my address").click();
    await heading(page, "Your address is confirmed");
    if (page.url().includes("#")) throw new Error("the token stays in the address bar");
  },
  async "sign-in by keyboard"({ page, base, shot }) {
    await page.goto(`${base}/app/machines`);
    await heading(page, "Sign in");
    await page.getByLabel("E-mail").fill("ada@example.org");
    await page.getByLabel("Password", { exact: true }).fill("wrong password");
    await page.keyboard.press("Enter");
    await sees(page, "E-mail or password is wrong");
    await shot("refused");
    await page.getByLabel("Password", { exact: true }).fill("right password");
    await page.keyboard.press("Enter");
    await heading(page, "Machines");
  },
  async "order refused"({ page, base, shot }) {
    await page.goto(`${base}/app/machines/new`);
    await page.getByLabel("Hostname").fill("taken");
    await page.getByLabel("SSH public key").fill("-----BEGIN OPENSSH PRIVATE KEY-----");
    await page.getByLabel("Hostname").focus();
    await sees(page, "This is a PRIVATE key");
    await page.getByLabel("SSH public key").fill(`ssh-ed25519 ${KEY}`);
    await button(page, "Order and pay").click();
    await sees(page, "You already have a machine by that name.");
    await shot("at-the-field");
    await page.getByLabel("Hostname").fill("over-quota");
    await button(page, "Order and pay").click();
    await sees(page, "Delete a machine or ask for a higher quota.");
  },
  async "order by keyboard"({ page, base, shot }) {
    await page.goto(`${base}/app/machines/new`);
    await page.getByLabel("Hostname").fill("by-keyboard");
    await page.getByLabel("SSH public key").fill(`ssh-ed25519 ${KEY}`);
    await tabTo(page, "Order and pay");
    await page.keyboard.press("Enter");
    await heading(page, "Order of by-keyboard");
    await sees(page, "under way");
    await shot("steps");
    await page.getByRole("link", { name: "Open the machine" }).click();
    await heading(page, "by-keyboard");
    await sees(page, "ssh -p 42023");
  },
  async "order with a disk"({ page, base, shot }) {
    await page.goto(`${base}/app/machines/new`);
    await page.getByLabel("Hostname").fill("with-a-disk");
    await page.getByLabel("SSH public key").fill(`ssh-ed25519 ${KEY}`);
    await button(page, "Add a disk").click();
    await page.getByLabel("Name of disk 1").fill("Database");
    await page.getByLabel("Size of disk 1 in GiB").fill("50");
    await sees(page, "Extra disks, a month, tax included");
    await button(page, "Add a disk").click();
    await shot("disks");
    await button(page, "Leave out disk 2").click();
    await button(page, "Order and pay").click();
    await heading(page, "Order of with-a-disk");
    await sees(page, "Database (50 GiB)");
    await shot("ordered");
  },
  async "order declined, confirmed"({ page, base, shot }) {
    await fillOrder(page, base, "second-try", "Is declined");
    await sees(page, "The payment did not go through");
    await shot("declined");
    await page.getByRole("radio", { name: "Needs a confirmation" }).check();
    await button(page, "Pay again").click();
    await sees(page, "is this payment yours?");
    await shot("confirm");
    await button(page, "Confirm the payment").click();
    await page.getByRole("link", { name: "Open the machine" }).waitFor({ timeout: 30_000 });
  },
  async "order fails, retried"({ page, base, shot }) {
    await fillOrder(page, base, "broken");
    await sees(page, "qemu-system-x86_64: exited with status 1");
    await shot("failed-step");
    await button(page, "Try again from this step").click();
    await page.getByRole("link", { name: "Open the machine" }).waitFor({ timeout: 30_000 });
    await shot("fulfilled");
  },
  async "machine life"({ page, base, shot }) {
    await page.goto(`${base}/app/machines/vm_01web`);
    await button(page, "Shut down").click();
    await shot("confirm");
    await page.getByRole("dialog").getByRole("button", { name: "Shut down" }).click();
    await sees(page, "Stopped");
    await button(page, "Start").click();
    await sees(page, "Running");
    await button(page, "More").click();
    await shot("menu");
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("web-one");
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await closed(page);
    await heading(page, "web-one");
    await button(page, "More").click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    const confirm = page.getByRole("dialog").getByRole("button", { name: "Delete the machine" });
    if (await confirm.isEnabled()) throw new Error("a machine can be deleted without typing its name");
    await page.getByRole("dialog").getByRole("textbox").fill("web-one");
    await shot("delete");
    await confirm.click();
    await sees(page, "This machine will be deleted");
    await button(page, "Keep the machine").click();
    await sees(page, "Stopped");
    await button(page, "Start").click();
    await sees(page, "Running");
    await button(page, "More").click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("web-1");
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await closed(page);
    await heading(page, "web-1");
  },
  async snapshots({ page, base, shot }) {
    await page.goto(`${base}/app/machines/vm_01web?tab=snapshots`);
    // What cannot be done now is reached by keyboard all the same, and says why.
    await page.getByRole("row", { name: /Every hour/ }).getByRole("button", { name: "Bring back" }).focus();
    await page.getByRole("tooltip", { name: /could not be taken/ }).or(page.getByText("so there is nothing to bring back")).first().waitFor();
    await button(page, "Take a snapshot").click();
    await page.getByRole("dialog").getByLabel("Name").fill("Before the move");
    await page.getByRole("dialog").getByLabel("Keep the memory too").check();
    await shot("form");
    await page.getByRole("dialog").getByRole("button", { name: "Take it" }).click();
    await sees(page, "Before the move");
    await page.getByRole("row", { name: /Before the move.*Ready/ }).getByRole("button", { name: "Bring back" }).click();
    const confirm = page.getByRole("dialog").getByRole("button", { name: "Bring it back" });
    if (await confirm.isEnabled()) throw new Error("a machine can be brought back without typing its name");
    await page.getByRole("dialog").getByRole("textbox").fill("web-1");
    await shot("bring-back");
    await confirm.click();
    await sees(page, "Being brought back");
    await sees(page, "Running");
    await page.getByRole("button", { name: "Delete the snapshot Before the move" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete the snapshot" }).click();
    await page.getByRole("row", { name: /Before the move/ }).waitFor({ state: "detached" });
  },
  disks,
  async resize({ page, base, shot }) {
    await page.goto(`${base}/app/machines/vm_01staging`);
    await button(page, "More").click();
    await page.getByRole("menuitem", { name: "Change the size" }).click();
    await page.getByRole("dialog").getByRole("radio").last().click();
    await shot("choice");
    await page.getByRole("dialog").getByRole("button", { name: "Change the size" }).click();
    await sees(page, "Being resized");
    await sees(page, "Stopped");
  },
  async "refusals stay where they happened"({ page, base, shot }) {
    const refused = page.getByText("Request number");
    await page.goto(`${base}/app/settings/projects`);
    await page.getByRole("button", { name: "Delete Staging" }).click();
    await button(page, "Delete it").click();
    await page.getByRole("dialog").getByText("This project still holds 2 machines").waitFor();
    await page.getByRole("dialog").getByText("req_mock").waitFor();
    await shot("in-the-dialog");
    await page.getByRole("dialog").getByRole("button", { name: "Leave it as it is" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    if ((await refused.count()) > 0) throw new Error("a refusal outlives its dialog");
    await page.goto(`${base}/app/machines`);
    await page.getByRole("link", { name: "held", exact: true }).click();
    await button(page, "Resume").click();
    await sees(page, "Its node has no memory left for it");
    await shot("on-the-page");
    await page.getByRole("tab", { name: "Events" }).click();
    await refused.waitFor();
    await page.goBack();
    await heading(page, "Machines");
    if ((await refused.count()) > 0) throw new Error("a refusal is left over on the next page");
  },
  async "keys kept"({ page, base, shot }) {
    await page.goto(`${base}/app/ssh-keys`);
    await button(page, "Keep a key").click();
    await page.getByRole("dialog").getByLabel("Name").fill("Desktop");
    await page.getByRole("dialog").getByLabel("SSH public key").fill(`ssh-ed25519 ${KEY}`);
    await shot("form");
    await page.getByRole("dialog").getByRole("button", { name: "Keep the key" }).click();
    await page.getByRole("button", { name: "Forget the key Desktop" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Forget the key" }).click();
    await page.getByRole("button", { name: "Forget the key Desktop" }).waitFor({ state: "detached" });
  },
  async consoles({ page, base }) {
    await page.goto(`${base}/app/machines/vm_01web?tab=serial`);
    await sees(page, "Connected");
    await sees(page, "web-1 login:");
    await page.getByRole("tab", { name: "Screen" }).click();
    await sees(page, "Connected");
    await button(page, "Connect again").click();
    await sees(page, "Connected");
  },
  async palette({ page, base, shot }) {
    await page.goto(`${base}/app`);
    await heading(page, "Hello, Ada Lovelace");
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Page, machine or invoice").fill("stag");
    await page.getByText("vm_01staging").waitFor();
    await shot("open");
    // Beyond the first page of the list, and by number.
    await page.getByPlaceholder("Page, machine or invoice").fill("worker-21");
    await page.getByRole("button", { name: /^worker-21/ }).waitFor();
    await page.getByPlaceholder("Page, machine or invoice").fill("000003");
    await page.getByRole("button", { name: /FH-2026-000003/ }).waitFor();
    await page.getByPlaceholder("Page, machine or invoice").fill("stag");
    await page.getByText("vm_01staging").waitFor();
    await page.keyboard.press("Enter");
    await heading(page, "staging");
  },
  async "token shown once"({ page, base, shot }) {
    await page.goto(`${base}/app/settings/api-tokens`);
    await button(page, "New token").click();
    await page.getByRole("dialog").getByLabel("Name").fill("Laptop");
    await button(page, "Make the token").click();
    await sees(page, "Copy it now");
    await shot("shown");
    await button(page, "I have copied it").click();
    await sees(page, "Laptop");
  },
  async "invoice paid"({ page, base, shot }) {
    await page.goto(`${base}/app/invoices/inv_01open`);
    await heading(page, /Invoice FH/);
    if (await page.getByText("Paid", { exact: true }).isVisible()) await page.getByText("Still due").waitFor();
    else {
      await page.getByRole("button", { name: /^Pay/ }).click();
      await shot("method");
      await page.getByRole("dialog").getByRole("button", { name: /^Pay/ }).click();
      await sees(page, "The payment is under way");
    }
  },
  async export({ page, base, shot }) {
    await page.goto(`${base}/app/privacy`);
    await button(page, "Make an export").click();
    await sees(page, "under way");
    await page.reload();
    await page.getByRole("link", { name: /Download the export/ }).waitFor({ timeout: 30_000 });
    await shot("ready");
  },
  "operator changes a price": offer,
  async "operator empties a host"({ page, base, shot, as }) {
    await as("owner@example.org");
    await page.goto(`${base}/operator/nodes`);
    await page.getByRole("link", { name: "local", exact: true }).click();
    await heading(page, "local");
    // The report of the last time: one machine is held by a device of its host, and another try is refused with the reason.
    const resting = page.getByRole("article", { name: "pve2" });
    await resting.getByText("5 of 6 moved · 1 could not be moved").waitFor();
    await resting.getByText("hostpci0").waitFor();
    await button(page, "Try again: vm_01held").click();
    await sees(page, "pve3: it does not answer");
    await button(resting, "Try all again").click();
    await resting.getByText("6 of 6 moved").waitFor({ timeout: 15_000 });
    await button(page, "End maintenance of pve2").click();
    await button(page.getByRole("dialog"), "End maintenance").click();
    await resting.getByText("Ready").waitFor();
    // Now the other host: what is done to it is asked for, and progress is shown as it goes.
    const busy = page.getByRole("article", { name: "pve1" });
    await button(page, "Move machines away from pve1").click();
    await button(page, "Move them away").click();
    await sees(page, "Say what is done to the host.");
    await page.getByLabel("What is done to the host").fill("new fans");
    await shot("asked");
    await button(page, "Move them away").click();
    await busy.getByText("Under maintenance").waitFor();
    await busy.getByText("on the way").first().waitFor();
    await shot("on the way", { fullPage: true });
    await busy.getByText(/(\d+) of \1 moved/).waitFor({ timeout: 30_000 });
    // One machine alone.
    const mover = page.getByRole("button", { name: /^Move vm_/ }).first();
    await mover.click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Why").fill("a quieter host");
    await button(dialog, "Move it").click();
    await dialog.getByText("Done", { exact: true }).waitFor({ timeout: 15_000 });
    await shot("moved");
    await button(dialog, "Close").last().click();
  },
  async "set-up"({ page, setupBase, shot }) {
    await page.goto(`${setupBase}/setup#one-time`);
    await button(page, "Go on").click();
    await sees(page, "Invoices and policies need the operator's legal name.");
    await page.getByLabel("Legal name").fill("Demo GmbH");
    await page.getByLabel("Address").fill("Torstraße 1, Berlin");
    await page.getByLabel("Country").fill("de");
    await page.getByLabel("Privacy contact").fill("privacy@example.org");
    await button(page, "Go on").click();
    await page.getByLabel("Your name").fill("Grace Hopper");
    await page.getByLabel("Your e-mail").fill("owner@example.org");
    await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
    await shot("owner");
    await button(page, "Set up Fairhold").click();
    await heading(page, "Overview");
  },
  async erasure({ page, base, shot, as }) {
    await as("ada@example.org");
    await page.goto(`${base}/app/privacy/erase`);
    await page.getByLabel("Type your e-mail address to confirm").fill("someone@example.org");
    await button(page, "Erase my account").click();
    await sees(page, "Type ada@example.org to confirm.");
    await page.getByLabel("Type your e-mail address to confirm").fill("ada@example.org");
    await button(page, "Erase my account").click();
    await sees(page, "Your account is being erased");
    await shot("steps");
    await heading(page, "Your account is erased");
    await shot("certificate");
  },
};

const { base, setupBase, open, audit, end } = await begin(process.argv[2]);
const chosen = process.env.STORY;
/** Told by somebody who is not signed in. */
const VISITORS = new Set(["sign-up", "verify", "sign-in by keyboard", "set-up"]);
const begun = Date.now();
const [view] = chosenViews();
const { context, page, report, shot: picture } = await open(view, null);
page.setDefaultTimeout(30_000);
const as = (who) => context.addCookies([{ name: "fairhold_session", value: encodeURIComponent(who), url: base }]);
for (const [name, tell] of Object.entries(stories)) {
  if (chosen !== undefined && !name.includes(chosen)) continue;
  const start = Date.now();
  // No story needs another to have gone well.
  if (!VISITORS.has(name)) await as("ada@example.org");
  const shot = async (moment) => {
    await page.waitForTimeout(150);
    await audit(page, report, `${name}, ${moment}`);
    await picture(`story ${name} ${moment}`);
  };
  try {
    await tell({ page, base, setupBase, shot, as });
  } catch (error) {
    report(`${name}: ${error.message.split("\n").slice(0, 16).join(" ")}`);
    await picture(`stuck ${name}`);
  }
  console.log(`${view.name}: ${name}: ${Date.now() - start} ms`);
}
await end(`${view.name}: the stories in ${Math.round((Date.now() - begun) / 1_000)} s`);
