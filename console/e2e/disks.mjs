// An extra disk: made at a price that is shown, attached, grown, detached at its machine, deleted by its name.
import { button, sees } from "./words.mjs";

export async function disks({ page, base, shot }) {
  await page.goto(`${base}/app/disks`);
  await button(page, "Make a disk").click();
  await page.getByRole("dialog").getByLabel("Name").fill("Mail");
  await page.getByRole("dialog").getByLabel("Size in GiB").fill("40");
  await sees(page, "EUR 2.38");
  await shot("price");
  await page.getByRole("dialog").getByRole("button", { name: "Make the disk" }).click();
  await page.getByRole("row", { name: /Mail.*Free/ }).waitFor();
  await page.getByRole("button", { name: "Attach Mail" }).click();
  await page.getByRole("dialog").getByRole("combobox", { name: "Machine" }).click();
  await page.getByRole("option", { name: "staging" }).click();
  await shot("attach");
  await page.getByRole("dialog").getByRole("button", { name: "Attach it" }).click();
  await page.getByRole("row", { name: /Mail.*Attached/ }).waitFor();
  await page.getByRole("button", { name: "Rename Mail" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("");
  await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  await sees(page, "Give the disk a name.");
  await page.getByRole("dialog").getByLabel("Name").fill("Post");
  await shot("rename");
  await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  await page.getByRole("row", { name: /Post.*Attached/ }).waitFor();
  await page.getByRole("button", { name: "Rename Post" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("Mail");
  await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  await page.getByRole("row", { name: /Mail.*Attached/ }).waitFor();
  await page.getByRole("button", { name: "Grow Mail" }).click();
  await page.getByRole("dialog").getByLabel("Size in GiB").fill("30");
  await page.getByRole("dialog").getByRole("button", { name: "Make it larger" }).click();
  await sees(page, "A disk never shrinks");
  await page.getByRole("dialog").getByLabel("Size in GiB").fill("60");
  await page.getByRole("dialog").getByRole("button", { name: "Make it larger" }).click();
  await page.getByRole("row", { name: /Mail.*Attached.*60 GiB/ }).waitFor();
  // At the machine it is the same disk, and goes from there.
  await page.goto(`${base}/app/machines/vm_01staging?tab=disks`);
  await page.getByRole("button", { name: "Detach Mail" }).click();
  await shot("detach");
  await page.getByRole("dialog").getByRole("button", { name: "Detach it" }).click();
  await page.getByRole("row", { name: /Mail/ }).waitFor({ state: "detached" });
  await page.goto(`${base}/app/disks`);
  await page.getByRole("button", { name: "Delete the disk Mail" }).click();
  const confirm = page.getByRole("dialog").getByRole("button", { name: "Delete the disk" });
  if (await confirm.isEnabled()) throw new Error("a disk can be deleted without typing its name");
  await page.getByRole("dialog").getByRole("textbox").fill("Mail");
  await shot("delete");
  await confirm.click();
  await page.getByRole("row", { name: /Mail/ }).waitFor({ state: "detached" });
  // One that its node lost says so, and can be given up while a machine still counts on it.
  await page.getByRole("row", { name: /Old photos.*Gone from its node.*costs nothing/ }).waitFor();
  await page.getByRole("button", { name: "Delete the disk Old photos" }).click();
  await sees(page, "destroyed if it turns up again");
  await shot("lost");
}
