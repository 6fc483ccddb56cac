// How the mock answers: JSON, problem documents, keyset pages.

let requests = 0;

export class Refusal extends Error {
  constructor(status, title, detail = "", errors = []) {
    super(title);
    Object.assign(this, { status, title, detail, errors });
  }
}

export const invalid = (field, message) => new Refusal(422, "Some fields need another look", "", [{ field, message }]);

export function json(response, status, body) {
  if (body === undefined) return response.writeHead(status).end();
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  return response.end(JSON.stringify(body));
}

/** The status and the problem document of a refusal; anything else that is thrown is a fault of the server. */
export function problemOf(error) {
  requests += 1;
  const refused = error instanceof Refusal;
  if (!refused && error.message !== "sentinel") console.error(error);
  const status = refused ? error.status : 500;
  const detail = refused ? [error.title, error.detail].filter(Boolean).join(". ") : "";
  return [status, { type: "about:blank", title: "Refused", status, detail, request_id: `req_mock${String(requests).padStart(6, "0")}`, errors: error.errors ?? [] }];
}

export function refuse(response, status, problem) {
  response.writeHead(status, { "content-type": "application/problem+json" });
  response.end(JSON.stringify(problem));
}

/** A list by pages; the cursor is the number of items already read. */
export function page(items, query, usual = 20) {
  const limit = Number(query.get("limit") ?? usual);
  const from = Number(query.get("after") ?? 0);
  const next = from + limit < items.length ? String(from + limit) : null;
  return { items: items.slice(from, from + limit), next };
}
