// Extra disks. Sentinel: a disk that is called "too large" has no room on its node.
import { invalid, page, Refusal } from "./answer.mjs";
import { begin } from "./operations.mjs";
import { ago, disks, instances, money, newId, regions } from "./state.mjs";

const PRICE = { gib_month: money(5), gib_hour: "0.000068493151" };

function found(id) {
  const one = disks.find((each) => each.id === id);
  if (!one) throw new Refusal(404, "Not found");
  return one;
}

/** Work on a disk that is at rest; `change` is what has come of it. */
function work(disk, verb, title, state, change) {
  if (disk.state !== "ready") throw new Refusal(409, "Conflict", "Wait until the present work on this disk is done.");
  disk.state = state;
  const operation = begin(`compute.disk.${verb}`, title, [[verb, "Tell the hypervisor", 700], ["finish", "Note what has come of it", 200]], () => Object.assign(disk, { state: "ready" }, change));
  disk.operation_id = operation.id;
  return [202, operation];
}

export const disk = [
  ["GET", "/v1/disks", ({ query, session }) => [200, page(session.email.startsWith("new@") ? [] : disks.filter((each) => [each.instance_id, null].includes(query.get("instance"))), query)]],
  ["GET", "/v1/disks/:id", ({ id }) => [200, found(id)]],
  ["POST", "/v1/disks", ({ body }) => {
    if (body.name === "too large") throw invalid("size_gib", "There is no room for a disk of this size there now. Choose a smaller one, or try again later.");
    const id = newId("dsk");
    const made = {
      id, name: body.name, state: "creating", problem: null, size_gib: body.size_gib, growing_to_gib: null, region: { id: regions[0].id, name: regions[0].name }, node_id: "nod_01local",
      instance_id: body.instance_id ?? null, device: `/dev/disk/by-id/virtio-dsk-${id.slice(-16)}`, operation_id: null, created_at: ago(0),
    };
    disks.unshift(made);
    made.operation_id = begin("compute.disk.create", "Make the disk", [["make", "Make it on its node", 600], ["finish", "Hand it over", 200]], () => Object.assign(made, { state: "ready" })).id;
    return [202, made];
  }],
  ["PATCH", "/v1/disks/:id", ({ id, body }) => {
    if (body.name.length > 100) throw invalid("name", "use 1 to 100 characters");
    return [200, Object.assign(found(id), { name: body.name })];
  }],
  ["POST", "/v1/disks/:id/attach", ({ id, body }) => {
    if (!instances.some((each) => each.id === body.instance_id)) throw invalid("instance_id", "choose one of the project's machines");
    found(id).instance_id = body.instance_id;
    return work(found(id), "attach", "Attach the disk", "attaching", {});
  }],
  ["POST", "/v1/disks/:id/detach", ({ id }) => work(found(id), "detach", "Detach the disk", "detaching", { instance_id: null })],
  ["POST", "/v1/disks/:id/grow", ({ id, body }) => {
    const one = found(id);
    if (body.size_gib <= one.size_gib) throw invalid("size_gib", `a disk never shrinks; use more than the ${one.size_gib} GiB that it has`);
    const answer = work(one, "grow", "Make the disk larger", "growing", { size_gib: body.size_gib, growing_to_gib: null });
    one.growing_to_gib = body.size_gib;
    return answer;
  }],
  ["DELETE", "/v1/disks/:id", ({ id }) => {
    const [gone] = disks.splice(disks.indexOf(found(id)), 1);
    return [202, { ...gone, state: gone.state === "failed" ? "deleted" : "deleting" }];
  }],
  ["POST", "/v1/disk-quotes", ({ body }) => {
    const net = Math.round(body.size_gib * PRICE.gib_month.minor);
    const tax = Math.round(net * 0.19);
    return [200, { net: money(net), tax: money(tax), tax_rate_percent: 19, gross: money(net + tax), due_now: money(0), cycle: "hourly", lines: [{ description: `Extra disk, ${body.size_gib} GiB kept for a month`, amount: money(net) }] }];
  }],
  ["GET", "/v1/disk-price", () => [200, PRICE]],
  ["PATCH", "/v1/disk-price", ({ body }) => [200, Object.assign(PRICE, { gib_month: body.gib_month, gib_hour: (body.gib_month.minor / 73_000).toFixed(12).replace(/0+$/, "") })]],
];
