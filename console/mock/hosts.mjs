// Hosts of nodes and where machines are. Sentinels: vm_01held cannot be moved; a host without a drain answers 404.
import { page, Refusal } from "./answer.mjs";
import { begin, operations } from "./operations.mjs";
import { ago, instances, nodes } from "./state.mjs";

const reasonAsked = (field) => new Refusal(422, "Invalid", "Some values are wrong.", [{ field, message: "say in 1 to 200 characters what is done to the host" }]);

function find(id, host) {
  const found = nodes.find((each) => each.id === id)?.hosts.find((each) => each.name === host);
  if (!found) throw new Refusal(404, "Not found");
  return found;
}

const entry = (instance_id, state, reason, host, minutes) => ({ instance_id, state, reason, host, move_id: state === "waiting" ? null : "op_01move", at: ago(minutes) });

const drains = new Map([
  ["pve2", [
    entry("vm_01held", "failed", "it uses what only its node pve2 has: hostpci0", "pve1", 3),
    ...["vm_01moved1", "vm_01moved2", "vm_01moved3", "vm_01moved4", "vm_01moved5"].map((id, index) => entry(id, "moved", null, "pve1", 10 - index)),
  ]],
]);

operations.set("op_01drain", {
  id: "op_01drain", kind: "compute.host.drain", title: "Move the machines off a host", subject: "local/pve2", error: "1 of 6 machines could not be moved off pve2. Its report says why.",
  state: "failed", retry: "step", created_at: ago(48), finished_at: ago(3),
  steps: [["list", "List its machines", "done"], ["move", "Move them", "failed"], ["finish", "See that it is empty", "waiting"]].map(([name, title, state]) => ({
    name, title, state, attempt: 1, started_at: state === "waiting" ? null : ago(48), finished_at: state === "done" ? ago(47) : null, error: null, log: [], child: null,
  })),
  again: () => settle("pve2"),
});

const away = (host) => (host === "pve1" ? "pve2" : "pve1");

function recount() {
  for (const host of nodes[0].hosts) host.instances = placed().filter((each) => each.host === host.name).length;
}

/** What failed before has left when it is tried again. */
function settle(host) {
  Object.assign(operations.get("op_01drain"), { state: "running", retry: null, finished_at: null, error: null });
  for (const machine of drains.get(host)) if (machine.state === "failed") Object.assign(machine, { state: "moving", reason: null, at: ago(0) });
  setTimeout(() => {
    for (const machine of drains.get(host)) Object.assign(machine, { state: "moved" });
    Object.assign(operations.get("op_01drain"), { state: "succeeded", finished_at: ago(0) });
  }, 2_500);
}

function report(node, host) {
  const { drain_id } = find(node, host);
  const machines = drains.get(host);
  if (drain_id === null || machines === undefined) throw new Refusal(404, "Not found");
  const count = (state) => machines.filter((each) => each.state === state).length;
  const figures = Object.fromEntries(["waiting", "moving", "moved", "failed", "kept"].map((state) => [state, count(state)]));
  return { operation_id: drain_id, state: operations.get(drain_id).state, node: "local", host, total: machines.length, ...figures, machines };
}

/** Where some of the mock's machines are: the last of them on the host that is being worked on. */
const placed = () =>
  instances.slice(0, 5).map((each, index, all) => ({
    id: each.id, organisation_id: "org_01ada", project_id: "prj_01main", state: each.state, state_reason: each.state_reason, region: each.region, node_id: "nod_01local", node: "local",
    host: each.host ?? (index === all.length - 1 ? "pve2" : "pve1"), target_host: each.target_host ?? null, size: each.size.name, cpus: each.size.cpus, memory_mib: each.size.memory_mib, disk_gib: each.size.disk_gib,
    operation_id: each.operation_id, created_at: each.created_at,
  }));

export const hosts = [
  ["PATCH", "/v1/nodes/:id/hosts/:host", ({ id, host, body }) => {
    const found = find(id, host);
    if (body.maintenance && !body.reason) throw reasonAsked("reason");
    return [200, Object.assign(found, { maintenance: body.maintenance ? { reason: body.reason, since: ago(0) } : null })];
  }],
  ["GET", "/v1/nodes/:id/hosts/:host/drain", ({ id, host }) => [200, report(id, host)]],
  ["POST", "/v1/nodes/:id/hosts/:host/drain", ({ id, host, body }) => {
    const found = find(id, host);
    if (found.maintenance === null && !body.reason) throw reasonAsked("reason");
    const leaving = placed().filter((each) => each.host === host);
    const machines = leaving.map((each) => entry(each.id, "waiting", null, null, 0));
    const operation = begin("compute.host.drain", "Move the machines off a host", [["list", "List its machines", 300], ["move", "Move them", 900 * (machines.length + 1)], ["finish", "See that it is empty", 300]]);
    drains.set(host, machines);
    machines.forEach((machine, index) => {
      setTimeout(() => Object.assign(machine, { state: "moving", host: away(host), move_id: "op_01move" }), 900 * index);
      setTimeout(() => {
        Object.assign(machine, { state: "moved" });
        Object.assign(instances.find((each) => each.id === machine.instance_id) ?? {}, { host: away(host) });
        recount();
      }, 900 * (index + 1));
    });
    Object.assign(found, { maintenance: found.maintenance ?? { reason: body.reason, since: ago(0) }, drain_id: operation.id });
    return [202, operation];
  }],
  ["GET", "/v1/operator/instances", ({ query }) => [200, page(placed().filter((each) => query.get("host") === null || each.host === query.get("host")), query)]],
  ["POST", "/v1/operator/instances/:id/move", ({ id, body }) => {
    if (!body.reason?.trim()) throw new Refusal(422, "Invalid", "Some values are wrong.", [{ field: "reason", message: "say in 1 to 200 characters why the machine is moved; its owner reads it" }]);
    if (id === "vm_01held") throw new Refusal(409, "Conflict", "No other host of local takes this machine: pve1: memory: 17408 MiB would be promised of 16384 MiB; pve3: it does not answer.");
    const machine = instances.find((each) => each.id === id);
    if (machine === undefined) throw new Refusal(404, "Not found");
    const before = machine.state;
    Object.assign(machine, { state: "moving", target_host: body.host ?? "pve1" });
    return [202, begin("compute.instance.move", "Move the machine to another host", [["look", "Look whether it can go", 300], ["move", "Move it", 1_400], ["check", "See that it is as before", 300], ["finish", "Note where it is", 200]], () =>
      Object.assign(machine, { state: before, host: machine.target_host, target_host: null }),
    )];
  }],
];
