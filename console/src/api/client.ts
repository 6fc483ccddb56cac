// The one way to the server: typed by the OpenAPI document, with the session's CSRF token added.
import createClient, { createQuerySerializer, type Middleware } from "openapi-fetch";
import { problemFrom, unreachable } from "./problem";
import type { paths } from "./schema";

let csrfToken: string | null = null;

/** Remembers the token that `Me` carries; it is sent with every request that changes something. */
export function rememberCsrfToken(token: string | null): void {
  csrfToken = token;
}

/**
 * A fresh key for one intended payment or order, so that sending it again does it once. Nothing else carries a key: the
 * server keeps the answers of keyed requests, and answers with secrets in them are better not kept. `randomUUID` exists on secure origins only, so it is not used.
 */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const guard: Middleware = {
  onRequest({ request }) {
    request.headers.set("Accept", "application/json");
    if (request.method !== "GET" && csrfToken !== null) request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
};

/** What a program that sends files by itself must carry. */
export function uploadHeaders(): Record<string, string> {
  return { Accept: "application/json", ...(csrfToken === null ? {} : { "X-CSRF-Token": csrfToken }) };
}

/** Where requests are about: the server asks for it as soon as somebody belongs to more than one project. */
export interface Place {
  organisation: string;
  project: string;
}

let place: Place | null = null;

export function rememberPlace(chosen: Place | null): void {
  place = chosen;
}

/** An address that the browser opens by itself, such as a download, with the place that it is about. */
export function inPlace(address: string): string {
  return place === null ? address : `${address}?${new URLSearchParams({ ...place }).toString()}`;
}

const serialise = createQuerySerializer();

export const client = createClient<paths>({ credentials: "same-origin", querySerializer: (query) => serialise({ ...place, ...(query ?? {}) }) });
client.use(guard);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

async function settle<T>(request: Promise<Answer<T>>): Promise<Answer<T>> {
  const answer = await request.catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (!answer.response.ok) throw problemFrom(answer.response.status, answer.error, answer.response.headers.get("x-request-id"));
  return answer;
}

/** The answer's body, or an `ApiProblem`. */
export async function call<T>(request: Promise<Answer<T>>): Promise<T> {
  const answer = await settle(request);
  if (answer.data === undefined) throw problemFrom(answer.response.status, { title: "Empty answer" }, answer.response.headers.get("x-request-id"));
  return answer.data;
}

/** For requests whose answer has no body worth reading. */
export async function done(request: Promise<Answer<unknown>>): Promise<void> {
  await settle(request);
}
