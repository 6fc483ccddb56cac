// Everything that is tried against the mock server, side by side: all pages, and the stories on a desk and on a phone.
// Each part has a mock server of its own, so none meets what another has changed. node e2e/all.mjs [folder for the pictures]
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { resolve } from "node:path";

const parts = [["pages.mjs", {}], ["journeys.mjs", { VIEWS: "desktop-light" }], ["journeys.mjs", { VIEWS: "phone-light" }]];
const complaints = [];
const run = ([file, more]) =>
  new Promise((settle) => {
    const child = spawn(process.execPath, [resolve(import.meta.dirname, file), ...process.argv.slice(2)], { stdio: ["inherit", "inherit", "pipe"], env: { ...process.env, ...more } });
    createInterface(child.stderr).on("line", (line) => {
      console.error(line);
      complaints.push(line);
    });
    child.on("close", (code) => settle(code === 0));
  });

const begun = Date.now();
const passed = await Promise.all(parts.map(run));
// Once more at the end, where whoever reads only the last lines sees what is wrong.
complaints.forEach((line) => console.error(line));
console.log(`${passed.filter(Boolean).length} of ${parts.length} parts without faults, in ${Math.round((Date.now() - begun) / 1_000)} s`);
process.exit(passed.every(Boolean) ? 0 : 1);
