// Images: a project's own and the operator's templates. Sentinels: an address with "nothere" fails, and so does a file of 13 bytes.
import { page, Refusal } from "./answer.mjs";
import { ago, images, newId, templates, templateViews } from "./state.mjs";

function found(list, id) {
  const one = list.find((each) => each.id === id);
  if (!one) throw new Refusal(404, "Not found");
  return one;
}
const versions = () => templateViews.flatMap((template) => template.versions);
const gone = (list, image) => list.splice(list.indexOf(image), 1);

/** What a fetched or uploaded file becomes, a moment later. */
function settle(image, problem) {
  Object.assign(image, { state: "checking" });
  setTimeout(() => Object.assign(image, problem === null ? { state: "ready", disk_gib: 3, ready_at: ago(0), received_bytes: image.total_bytes } : { state: "failed", problem }), 900);
}

function version(body, source) {
  const known = templateViews.find((each) => each.id === body.template_id);
  const template = known ?? { id: newId("tpl"), key: body.name.toLowerCase().replace(/[^a-z0-9]+/g, "-"), name: body.name, description: body.description ?? "", source: "image", hidden: false, retired_at: null, machines: 0, nodes: [], versions: [] };
  if (known === undefined) templateViews.push(template);
  const image = { ...found(images, "img_01router"), id: newId("img"), name: "", template_id: template.id, version: template.versions.length + 1, source, url: body.url ?? null, sha256: body.sha256 ?? null, state: source === "url" ? "fetching" : "uploading", problem: null, received_bytes: 0, total_bytes: 400_000_000, disk_gib: null, machines: 0, nodes: [], operation_id: null, created_at: ago(0), ready_at: null };
  template.versions.unshift(image);
  return image;
}

export const imageRoutes = [
  ["GET", "/v1/images", ({ query, session }) => [200, page(session.email.startsWith("new@") ? [] : images, query)]],
  ["DELETE", "/v1/images/:id", ({ id }) => {
    const image = found(images, id);
    if (image.machines > 0) throw new Refusal(409, "Conflict", "A machine is made of this image. Delete or rebuild them first.");
    setTimeout(() => gone(images, image), 600);
    return [202, Object.assign(image, { state: image.state === "ready" ? "deleting" : "deleted" })];
  }],
  ["GET", "/v1/operator/templates", () => [200, { items: templateViews, next: null }]],
  ["PATCH", "/v1/operator/templates/:id", ({ id, body }) => {
    const template = found(templateViews, id);
    const { retired, ...words } = body;
    Object.assign(template, words, retired === undefined ? {} : { retired_at: retired ? ago(0) : null });
    return [200, template];
  }],
  ["POST", "/v1/operator/images", ({ body }) => {
    if (!body.url.startsWith("https://")) throw new Refusal(422, "Invalid", "Something is wrong.", [{ field: "url", message: "files are fetched over https only" }]);
    const image = version(body, "url");
    setTimeout(() => Object.assign(image, { received_bytes: 180_000_000 }), 400);
    setTimeout(() => settle(image, body.url.includes("nothere") ? "example.org answers with 404 Not Found, so there is nothing to fetch. Check the address." : null), 1_200);
    return [202, image];
  }],
  ["POST", "/v1/operator/images/:id/retry", ({ id }) => {
    const image = found(versions(), id);
    setTimeout(() => settle(image, null), 600);
    return [202, Object.assign(image, { state: "fetching", problem: null })];
  }],
  ["DELETE", "/v1/operator/images/:id", ({ id }) => {
    const image = found(versions(), id);
    const template = templateViews.find((each) => each.id === image.template_id);
    setTimeout(() => gone(template.versions, image), 600);
    return [202, Object.assign(image, { state: image.state === "fetching" ? "failed" : "deleting" })];
  }],
];

const words = (header) => Object.fromEntries((header ?? "").split(",").filter((pair) => pair !== "").map((pair) => pair.trim().split(" ")).map(([word, value]) => [word, Buffer.from(value ?? "", "base64").toString()]));

/** Uploads by tus: pieces are counted and thrown away. True when the request was one of them. */
export async function upload(request, response, url) {
  const match = /^\/v1\/(operator\/)?image-uploads(?:\/([^/]+))?$/.exec(url.pathname);
  if (match === null) return false;
  const [, operator, id] = match;
  const answer = (status, headers) => response.writeHead(status, { "tus-resumable": "1.0.0", ...headers }).end();
  if (request.method === "POST") {
    const said = words(request.headers["upload-metadata"]);
    const made = operator ? version({ ...said, name: said.name ?? said.filename }, "upload") : { ...found(images, "img_01router"), id: newId("img"), name: said.name ?? said.filename, state: "uploading", problem: null, received_bytes: 0, disk_gib: null, machines: 0, created_at: ago(0), ready_at: null };
    if (!operator) images.unshift(made);
    made.total_bytes = Number(request.headers["upload-length"]);
    answer(201, { location: `${url.pathname}/${made.id}` });
    return true;
  }
  const image = found(operator ? versions() : images, id);
  if (request.method === "HEAD") answer(200, { "upload-offset": image.received_bytes, "upload-length": image.total_bytes });
  if (request.method === "PATCH") {
    for await (const part of request) image.received_bytes += part.length;
    if (image.received_bytes >= image.total_bytes) settle(image, image.total_bytes === 13 ? "This file is neither a qcow2 disk nor a raw disk with a boot sector." : null);
    answer(204, { "upload-offset": image.received_bytes });
  }
  return true;
}

/** What is on offer follows what the operator says. */
export const offered = () => templateViews.filter((each) => !each.hidden && each.retired_at == null && (each.source === "built" || each.versions.some((image) => image.state === "ready"))).map(({ id, key, name, description, source }) => ({ ...templates.find((each) => each.id === id), id, key, name, description, source, disk_gib: source === "image" ? 3 : 1 }));
