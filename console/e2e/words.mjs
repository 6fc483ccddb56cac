// How the journeys name and find things: by what a person reads.
export const PASSWORD = "copper-lantern-91-orchard";

export const button = (page, name) => page.getByRole("button", { name, exact: true });
export const sees = (page, text, timeout = 20_000) => page.getByText(text).first().waitFor({ timeout });
export const heading = (page, name, timeout = 20_000) => page.getByRole("heading", { name, level: 1 }).waitFor({ timeout });

/** A button of the dialog that is open. */
export const dialog = (page, name) => page.getByRole("dialog").getByRole("button", { name, exact: true });

/** An act from the menu of a machine. */
export async function more(page, act) {
  await button(page, "More").click();
  await page.getByRole("menuitem", { name: act, exact: true }).click();
}
