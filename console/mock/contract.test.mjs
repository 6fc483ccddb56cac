// The mock speaks as the API does: every route of it is in the document, and every list and view that needs no id fits its schema.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drift, operationAt } from "./contract.mjs";
import { listen, routes } from "./server.mjs";

const PEOPLE = ["ada@example.org", "new@example.org", "owner@example.org"];
const found = [];
let server;
let base;

beforeAll(async () => {
  server = await listen(0, { drift: (list) => found.push(...list) });
  base = `http://127.0.0.1:${server.address().port}`;
});
afterAll(() => server.close());

const ask = (path, who) => fetch(base + path, { headers: { cookie: `fairhold_session=${encodeURIComponent(who)}` } });

describe("the mock server", () => {
  it("has no route that the API does not have", () => {
    expect(routes.filter(({ method, path }) => operationAt(method, path.replaceAll(/:\w+/g, "x")) === undefined).map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  it("answers as the document says", async () => {
    for (const who of PEOPLE) {
      for (const { method, path } of routes) if (method === "GET" && !path.includes(":")) await ask(path, who);
    }
    const { items } = await (await ask("/v1/instances?limit=200", PEOPLE[0])).json();
    for (const { id } of items) {
      for (const part of ["", "/snapshots", "/backup-plan", "/events", "/metrics?last=1h", "/usage"]) await ask(`/v1/instances/${id}${part}`, PEOPLE[0]);
    }
    for (const list of ["orders", "invoices", "payments", "backups", "operator/operations"]) {
      const page = await (await ask(`/v1/${list}`, PEOPLE[0])).json();
      for (const { id } of page.items) await ask(`/v1/${list.replace("operator/", "")}/${id}`, PEOPLE[0]);
    }
    expect([...new Set(found)]).toEqual([]);
  }, 60_000);

  it("notices what is missing, what is more and what is sent wrongly", () => {
    const exchange = { method: "POST", path: "/v1/ssh-keys", query: new URLSearchParams(), body: { name: "Laptop", ssh_public_key: "ssh-ed25519 AAAA" }, status: 201 };
    const key = { id: "key_01", name: "Laptop", ssh_public_key: "ssh-ed25519 AAAA", fingerprint: "SHA256:x", created_at: "2026-01-01T00:00:00Z" };
    expect(drift({ ...exchange, answer: key })).toEqual([]);
    expect(drift({ ...exchange, answer: { ...key, colour: "red" } })).toHaveLength(1);
    expect(drift({ ...exchange, answer: { ...key, fingerprint: undefined } })).toHaveLength(1);
    expect(drift({ ...exchange, answer: key, body: { name: "Laptop" } })).toHaveLength(1);
    expect(drift({ ...exchange, answer: key, status: 200 })).toHaveLength(1);
    expect(drift({ ...exchange, answer: key, query: new URLSearchParams("colour=red") })).toHaveLength(1);
  });
});
