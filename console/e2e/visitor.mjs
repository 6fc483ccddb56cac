// Somebody without an account: public pages, equal choices, the signal of the browser, signing up and confirming the address.
import { button, heading, PASSWORD, sees } from "./words.mjs";

const PAGES = ["/", "/prices", "/privacy", "/cookies", "/privacy/choices", "/retention", "/sub-processors", "/trust", "/demo/mailbox"];

export const visitor = {
  async "public pages"(world) {
    const { page, context } = await world.open({ javaScriptEnabled: true });
    for (const path of PAGES) {
      const answer = await page.goto(world.base + path);
      world.assert.equal(answer.status(), 200, path);
      world.assert.equal(await page.locator("script").count(), 0, `${path} has no script`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await world.look(page, `public${path.replaceAll("/", "-")}`, { phone: ["/", "/prices", "/privacy", "/trust"].includes(path) });
    }
    world.assert.equal((await context.cookies()).length, 0, "nothing is stored before a choice");
    await context.close();
  },
  async "equal choices"(world) {
    const { page, context } = await world.open();
    await page.goto(world.base);
    const [decline, accept] = await Promise.all(
      ["Decline all", "Accept all"].map((name) =>
        button(page, name).evaluate((element) => {
          const { width, height, top } = element.getBoundingClientRect();
          const style = getComputedStyle(element);
          return { height, top, width, looks: [style.color, style.backgroundColor, style.borderColor, style.fontSize, style.fontWeight].join("; ") };
        }),
      ),
    );
    world.assert.equal(decline.looks, accept.looks, "both look alike");
    world.assert.ok(Math.abs(decline.height - accept.height) < 1 && Math.abs(decline.top - accept.top) < 1 && Math.abs(decline.width - accept.width) < 12, "both are as large");
    await page.setViewportSize({ width: 390, height: 844 });
    const high = (selector) => page.locator(selector).first().evaluate((element) => element.getBoundingClientRect().height);
    world.assert.ok((await high("section[aria-label='Cookie choices']")) < 110, "on a phone the question takes little of the first screen");
    world.assert.ok((await high("body > header")) < 110, "and the head two lines");
    await button(page, "Decline all").click();
    world.assert.equal(await button(page, "Accept all").count(), 0, "one press answers the question");
    await page.goto(world.base);
    world.assert.equal(await button(page, "Decline all").count(), 0, "it is not asked again");
    await context.close();
    const again = await world.open();
    await again.page.goto(world.base);
    await button(again.page, "Accept all").click();
    world.assert.equal(await button(again.page, "Accept all").count(), 0, "accepting takes one press as well");
    await again.context.close();
  },
  async "signal of the browser"(world) {
    const { page, context } = await world.open({ extraHTTPHeaders: { "Sec-GPC": "1" } });
    await page.goto(world.base);
    world.assert.equal(await page.getByText("Your browser asks not to be tracked").count() + await button(page, "Accept all").count() > 0, true);
    await page.goto(`${world.base}/privacy/choices`);
    await world.look(page, "public-choices-gpc");
    const choices = await page.evaluate(async () => (await fetch("/v1/privacy/choices")).json());
    world.assert.equal(choices.analytics || choices.marketing || choices.functionality, false, "the signal keeps everything optional off");
    await context.close();
  },
  async "sign-up"(world) {
    const { page } = (world.ada = await world.open());
    await page.goto(`${world.base}/app/sign-up`);
    await heading(page, /account|Sign up/i);
    await world.look(page, "sign-up", { phone: true });
    await page.getByLabel("Name").fill("Ada Canary");
    await page.getByLabel("E-mail").fill("ada@visitor.example");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByLabel("I am 16 or over").check();
    await button(page, "Open the account").click();
    await heading(page, "Check your mail");
    await world.look(page, "check-mail");
    await page.goto(`${world.base}/demo/mailbox`);
    for (let tries = 0; tries < 100 && !(await page.content()).includes("verify#"); tries += 1) {
      await page.waitForTimeout(200);
      await page.reload();
    }
    await world.look(page, "mailbox-with-mail", { phone: true });
    const link = /https?:\/\/[^\s"<]*\/app\/verify#[\w-]+/.exec(await page.content())?.[0];
    world.assert.ok(link, "the mail holds the link");
    await page.goto(link);
    await button(page, "Confirm my address").click();
    await heading(page, "Your address is confirmed");
    await page.getByRole("link", { name: "Sign in" }).click();
    await heading(page, "Sign in");
    await page.getByLabel("E-mail").fill("ada@visitor.example");
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.keyboard.press("Enter");
    await sees(page, /wrong|not match|incorrect/i);
    await world.look(page, "sign-in-refused");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await heading(page, /Hello, Ada Canary/);
    await world.look(page, "overview-empty", { phone: true });
  },
};
