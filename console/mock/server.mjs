// The mock server for development and page tests: the API's contract over data in memory, and the built console
// under the same policy as the real server's. Failures are provoked by sentinel values, see the route files.
// node mock/server.mjs [--port 4010] [--setup]
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { json, problemOf, refuse, Refusal } from "./answer.mjs";
import { billing } from "./money.mjs";
import { catalogue } from "./catalogue.mjs";
import { clusterRoutes } from "./clusters.mjs";
import { compute, operation } from "./compute.mjs";
import { disk } from "./disks.mjs";
import { network } from "./networks.mjs";
import { attachConsoles } from "./consoles.mjs";
import { drift, eventDrift } from "./contract.mjs";
import { hosts } from "./hosts.mjs";
import { identity } from "./identity.mjs";
import { imageRoutes, upload } from "./images.mjs";
import { privacy } from "./privacy.mjs";
import { rights } from "./rights.mjs";

const DIST = new URL("../dist", import.meta.url).pathname;
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html; charset=utf-8" };
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
  "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

export const routes = [...identity, ...catalogue, ...compute, ...disk, ...network, ...hosts, ...imageRoutes, ...clusterRoutes, ...billing, ...privacy, ...rights].map(([method, path, handle, access]) => ({
  method, path, handle, access, pattern: new RegExp(`^${path.replace(":id", "(?<id>[^/]+)").replace(":host", "(?<host>[^/]+)")}$`),
}));

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const text = Buffer.concat(parts).toString();
  return text === "" ? undefined : JSON.parse(text);
}

async function api(request, response, url, options) {
  const email = /fairhold_session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
  const session = email === undefined ? null : { email: decodeURIComponent(email) };
  const watch = /^\/v1\/operations\/([^/]+)\/watch$/.exec(url.pathname);
  if (watch) return stream(response, operation(watch[1]), options);
  if (/\/(pdf|download|disk)$/.test(url.pathname)) return response.writeHead(200, { "content-type": "application/octet-stream" }).end("mock");
  if (session !== null && (await upload(request, response, url))) return undefined;
  const body = await bodyOf(request);
  const compare = (status, answer) => options.drift(drift({ method: request.method, path: url.pathname, query: url.searchParams, body, status, answer: plain(answer) }));
  try {
    const [status, answer] = respond(request, response, url, session, body, options);
    compare(status, answer);
    return json(response, status, answer);
  } catch (error) {
    const [status, problem] = problemOf(error);
    compare(status, problem);
    return refuse(response, status, problem);
  }
}

/** As it goes over the wire. */
const plain = (answer) => (answer === undefined ? undefined : JSON.parse(JSON.stringify(answer)));

function respond(request, response, url, session, body, options) {
  const route = routes.find((each) => each.method === request.method && each.pattern.test(url.pathname));
  if (!route) throw new Refusal(404, "Not found");
  if (route.access !== "open") {
    if (session === null) throw new Refusal(401, "Sign in first");
    if (request.method !== "GET" && request.headers["x-csrf-token"] !== "csrf-mock") throw new Refusal(403, "The CSRF token is missing");
  }
  if (session?.email.startsWith("failing@") && url.pathname !== "/v1/me") throw new Error("sentinel");
  const { id, host } = route.pattern.exec(url.pathname).groups ?? {};
  return route.handle({
    id,
    host,
    query: url.searchParams,
    body: body ?? {},
    session,
    setup: options.setup ?? false,
    signIn: (address) => (response.setHeader("set-cookie", `fairhold_session=${encodeURIComponent(address)}; Path=/; HttpOnly; SameSite=Lax`), { email: address }),
    signOut: () => response.setHeader("set-cookie", "fairhold_session=; Path=/; Max-Age=0"),
  });
}

function stream(response, watched, options) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const send = () => {
    options.drift(eventDrift("Operation", plain(watched)));
    response.write(`event: operation\ndata: ${JSON.stringify(watched)}\n\n`);
  };
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

/** `drift` hears what differs from the API document; by default it goes to standard error. */
export function listen(port, given = {}) {
  const options = { drift: (found) => found.forEach((each) => console.error(`drift: ${each}`)), ...given };
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    if (!url.pathname.startsWith("/v1/")) return page(response, url);
    return api(request, response, url, options).catch((error) => refuse(response, ...problemOf(error)));
  });
  attachConsoles(server);
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const port = Number(process.argv[process.argv.indexOf("--port") + 1] || 4010);
  await listen(port, { setup: process.argv.includes("--setup") });
  console.log(`Mock server on http://127.0.0.1:${port}/app`);
}
