// Everything that is tried against the mock server, side by side: all pages, and the stories on a desk and on a phone.
// Each part has a mock server of its own, so none meets what another has changed. node e2e/all.mjs [folder for the pictures]
import { spawn } from "node:child_process";
import { resolve } from "node:path";

const parts = [["pages.mjs", {}], ["journeys.mjs", { VIEWS: "desktop-light" }], ["journeys.mjs", { VIEWS: "phone-light" }]];
const run = ([file, more]) =>
  new Promise((settle) => {
    const child = spawn(process.execPath, [resolve(import.meta.dirname, file), ...process.argv.slice(2)], { stdio: "inherit", env: { ...process.env, ...more } });
    child.on("exit", (code) => settle(code === 0));
  });

const begun = Date.now();
const passed = await Promise.all(parts.map(run));
console.log(`${passed.filter(Boolean).length} of ${parts.length} parts without faults, in ${Math.round((Date.now() - begun) / 1_000)} s`);
process.exit(passed.every(Boolean) ? 0 : 1);
