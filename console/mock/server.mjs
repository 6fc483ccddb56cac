// The mock server for development and page tests: the API's contract over data in memory, and the built console
// under the same policy as the real server's. Failures are provoked by sentinel values, see the route files.
// node mock/server.mjs [--port 4010] [--setup]
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { json, refuse, Refusal } from "./answer.mjs";
import { billing } from "./money.mjs";
import { catalogue } from "./catalogue.mjs";
import { clusterRoutes } from "./clusters.mjs";
import { compute, operation } from "./compute.mjs";
import { network } from "./networks.mjs";
import { attachConsoles } from "./consoles.mjs";
import { identity } from "./identity.mjs";
import { privacy } from "./privacy.mjs";

const DIST = new URL("../dist", import.meta.url).pathname;
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html; charset=utf-8" };
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
  "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const routes = [...identity, ...catalogue, ...compute, ...network, ...clusterRoutes, ...billing, ...privacy].map(([method, path, handle, access]) => ({
  method, handle, access, pattern: new RegExp(`^${path.replace(":id", "(?<id>[^/]+)")}$`),
}));

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const text = Buffer.concat(parts).toString();
  return text === "" ? {} : JSON.parse(text);
}

async function api(request, response, url, options) {
  const email = /fairhold_session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
  const session = email === undefined ? null : { email: decodeURIComponent(email) };
  const watch = /^\/v1\/operations\/([^/]+)\/watch$/.exec(url.pathname);
  if (watch) return stream(response, operation(watch[1]));
  if (/\/(pdf|download)$/.test(url.pathname)) return response.writeHead(200, { "content-type": "application/octet-stream" }).end("mock");
  const route = routes.find((each) => each.method === request.method && each.pattern.test(url.pathname));
  if (!route) throw new Refusal(404, "Not found");
  if (route.access !== "open") {
    if (session === null) throw new Refusal(401, "Sign in first");
    if (request.method !== "GET" && request.headers["x-csrf-token"] !== "csrf-mock") throw new Refusal(403, "The CSRF token is missing");
  }
  if (session?.email.startsWith("failing@") && url.pathname !== "/v1/me") throw new Error("sentinel");
  const [status, body] = route.handle({
    id: route.pattern.exec(url.pathname).groups?.id,
    query: url.searchParams,
    body: await bodyOf(request),
    session,
    setup: options.setup,
    signIn: (address) => (response.setHeader("set-cookie", `fairhold_session=${encodeURIComponent(address)}; Path=/; HttpOnly; SameSite=Lax`), { email: address }),
    signOut: () => response.setHeader("set-cookie", "fairhold_session=; Path=/; Max-Age=0"),
  });
  return json(response, status, body);
}

function stream(response, watched) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const send = () => response.write(`event: operation\ndata: ${JSON.stringify(watched)}\n\n`);
  send();
  const timer = setInterval(() => {
    send();
    if (watched.state !== "running") {
      clearInterval(timer);
      response.end();
    }
  }, 150);
  response.on("close", () => clearInterval(timer));
}

function page(response, url) {
  const wanted = join(DIST, normalize(url.pathname.replace(/^\/app\/assets\//, "/assets/")));
  const file = extname(wanted) !== "" && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(DIST, "index.html");
  if (url.pathname.startsWith("/app/assets/") && file.endsWith("index.html")) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-security-policy": POLICY, "x-content-type-options": "nosniff" });
  return createReadStream(file).pipe(response);
}

export function listen(port, options = {}) {
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    if (!url.pathname.startsWith("/v1/")) return page(response, url);
    return api(request, response, url, options).catch((error) => refuse(response, error));
  });
  attachConsoles(server);
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const port = Number(process.argv[process.argv.indexOf("--port") + 1] || 4010);
  await listen(port, { setup: process.argv.includes("--setup") });
  console.log(`Mock server on http://127.0.0.1:${port}/app`);
}
