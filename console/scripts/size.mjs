// Prints what a first visit loads (gzip) and fails above the limit: the scripts and preloads that index.html names.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 250_000;
const html = readFileSync("dist/index.html", "utf8");
const files = [...html.matchAll(/(?:src|href)="(\/app\/assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]);
let script = 0;
for (const file of files) {
  const size = gzipSync(readFileSync(`dist${file.slice("/app".length)}`)).length;
  if (file.endsWith(".js")) script += size;
  console.log(`${String(size).padStart(8)}  ${file}`);
}
console.log(`${String(script).padStart(8)}  JavaScript of the first load, limit ${LIMIT}`);
if (files.length === 0 || script > LIMIT) {
  console.error(files.length === 0 ? "No entry files found in dist/index.html" : "The first load is too large");
  process.exit(1);
}
