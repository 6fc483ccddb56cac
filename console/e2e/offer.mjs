// What the operator offers: a price is changed, a size is added for nodes of a class; and what stopped at work is seen.
import { button, sees } from "./words.mjs";

export async function offer({ page, base, shot, as }) {
  await as("owner@example.org");
  await page.goto(`${base}/operator/catalogue`);
  await page.getByRole("button", { name: "Change Small" }).click();
  await page.getByLabel(/Price a month/).fill("4,x");
  await button(page, "Save").click();
  await sees(page, "Write an amount such as");
  await page.getByLabel(/Price a month/).fill("3.50");
  await shot("form");
  await button(page, "Save").click();
  await sees(page, "EUR 3.50");
  await button(page, "Add a size").click();
  await page.getByLabel("Name", { exact: true }).fill("Small");
  await page.getByLabel(/Price a month/).fill("9.00");
  await page.getByLabel(/Price an hour/).fill("0.02");
  await page.getByLabel(/Class of nodes/).fill("nvme");
  await button(page, "Offer it").click();
  await sees(page, "there is a size of this name, on sale or not");
  await shot("add-a-size");
  await page.getByLabel("Name", { exact: true }).fill("Extra large");
  await button(page, "Offer it").click();
  await page.getByRole("row", { name: /Extra large/ }).waitFor();
  await shot("sizes");
  await page.goto(`${base}/operator/orders`);
  await page.getByRole("button", { name: /Set up crashed/ }).click();
  await sees(page, "The disk image could not be read");
  await shot("work");
}
