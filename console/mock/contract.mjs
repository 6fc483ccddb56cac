// Holds the mock to the API document: what it takes and what it answers fit openapi.json, no field missing and none more.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const document = JSON.parse(readFileSync(new URL("../openapi.json", import.meta.url), "utf8"));

/** Objects are closed, so that a field which the API does not have is noticed too. Ids here are readable, so their pattern is left out. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const { pattern, ...rest } = schema;
  const kept = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, closed(value)]));
  if (pattern !== undefined && !/^\^[a-z]+_\[/.test(pattern)) kept.pattern = pattern;
  if (schema.type === "object" && schema.properties !== undefined && schema.additionalProperties === undefined) kept.additionalProperties = false;
  return kept;
}

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ $id: "api", components: { schemas: closed(document.components.schemas) } });
const checks = new Map();

/** What is wrong with a value, in words; null if nothing is. `schema` is one of the document's. */
function fault(schema, value) {
  const key = JSON.stringify(schema);
  if (!checks.has(key)) checks.set(key, ajv.compile(JSON.parse(JSON.stringify(closed(schema)).replaceAll('"#/', '"api#/'))));
  const check = checks.get(key);
  if (check(value)) return null;
  return check.errors.slice(0, 4).map((each) => `${each.instancePath || "it"} ${each.message}${each.params.additionalProperty === undefined ? "" : ` (${each.params.additionalProperty})`}`).join("; ");
}

const pattern = (path) => new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`);
/** Fixed addresses before those with an id. */
const addresses = Object.entries(document.paths)
  .map(([path, methods]) => ({ path, methods, pattern: pattern(path) }))
  .sort((one, other) => one.path.split("{").length - other.path.split("{").length);

/** The operation at an address, or undefined. */
export function operationAt(method, path) {
  return addresses.find((each) => each.pattern.test(path) && method.toLowerCase() in each.methods)?.methods[method.toLowerCase()];
}

const bodyOf = (part) => part?.content?.["application/json"]?.schema;

/** What differs between one exchange and the document, as a list of sentences. */
export function drift({ method, path, query, body, status, answer }) {
  const where = `${method} ${path}`;
  const operation = operationAt(method, path);
  if (operation === undefined) return status === 404 ? [] : [`${where} is not in openapi.json`];
  const found = [];
  const known = new Set([...(operation.parameters ?? []).map((each) => each.name), "organisation", "project"]);
  for (const name of query.keys()) if (!known.has(name)) found.push(`${where} takes no \`${name}\``);
  if (status >= 400) {
    const wrong = fault({ $ref: "#/components/schemas/Problem" }, answer);
    return wrong === null ? found : [...found, `${where} refuses with ${status}: ${wrong}`];
  }
  const taken = bodyOf(operation.requestBody);
  const sent = taken === undefined || body === undefined ? null : fault(taken, body);
  if (sent !== null) found.push(`${where} was sent: ${sent}`);
  const promised = operation.responses[status];
  if (promised === undefined) return [...found, `${where} answers ${status}, which the document does not know (${Object.keys(operation.responses).join(", ")})`];
  const schema = bodyOf(promised);
  if (schema === undefined) return answer === undefined ? found : [...found, `${where} answers with a body; the API has none there`];
  const wrong = answer === undefined ? "no body" : fault(schema, answer);
  return wrong === null ? found : [...found, `${where} answers ${status}: ${wrong}`];
}

/** What differs between a part that is sent as an event and its schema. */
export function eventDrift(name, value) {
  const wrong = fault({ $ref: `#/components/schemas/${name}` }, value);
  return wrong === null ? [] : [`an event ${name}: ${wrong}`];
}
