// Machines and operations. Sentinels: vm_denied answers 403, vm_broken answers 500, anything unknown 404; vm_01web is not
// resized because it is paid for by the month, and vm_01held cannot be resumed.
import { page, Refusal } from "./answer.mjs";
import { begin, operations } from "./operations.mjs";
import { ago, backupPlans, backups, events, findings, instances, money, newId, nodes, period, sizeChanges, sizes, snapshots, sshKeys, templates } from "./state.mjs";

export const tickets = new Map();

function machine(id) {
  if (id === "vm_denied") throw new Refusal(403, "Denied", "Your role does not allow this.");
  if (id === "vm_broken") throw new Error("sentinel");
  const found = instances.find((each) => each.id === id);
  if (!found) throw new Refusal(404, "Not found");
  return found;
}

function kept(id) {
  const found = snapshots.find((each) => each.id === id);
  if (!found) throw new Refusal(404, "Not found");
  return found;
}

function copy(id) {
  const found = backups.find((each) => each.id === id);
  if (!found) throw new Refusal(404, "Not found");
  return found;
}

function work(id, kind, title, during, after, steps = [["ask", "Ask the node", 400], ["wait", "Wait for the machine", 900]]) {
  const target = machine(id);
  target.state = during;
  const operation = begin(`compute.instance.${kind}`, `${title} ${target.name}`, steps, () => {
    // Work that was called off in the meantime changes nothing any more.
    if (target.operation_id === operation.id) Object.assign(target, { state: after, operation_id: null, ssh: after === "running" ? { host: "127.0.0.1", port: 42022 } : null });
  });
  target.operation_id = operation.id;
  return [202, operation];
}

/** A tag is found whole, or by its key. */
const tagged = ({ tags }, wanted) => wanted === null || tags.some((tag) => tag === wanted || tag.split(":")[0] === wanted);

/** Half of the month is over in the mock, and every machine is paid for by the month. */
function changeQuote({ size }, wanted) {
  const [before, after] = [size.id, wanted].map((id) => sizes.find((each) => each.id === id));
  const [half, paid] = [after, before].map((each) => Math.round(each.monthly.minor / 2));
  const dearer = half > paid;
  const net = dearer ? half - paid : 0;
  const tax = Math.round(net * 0.19);
  const lines = dearer ? [{ description: `${after.name} machine`, amount: money(half) }, { description: `${before.name} machine, paid already`, amount: money(-paid) }] : [];
  const due_now = money(net + tax);
  return { size: { id: after.id, name: after.name }, cycle: "monthly", lines, net: money(net), tax: money(tax), due_now, price: after.monthly, price_from: period.to };
}

function inside(id, body, kind, title) {
  if (!machine(id).features.includes(kind)) throw new Refusal(409, "Conflict", `The node of this machine cannot do that (it has no \`${kind}\`).`);
  if (body.enter_guest !== true) throw new Refusal(422, "Invalid", "Something is wrong.", [{ field: "enter_guest", message: "this changes something inside your machine; send true to agree" }]);
  const operation = begin(`compute.instance.${kind}`, title, [["set", "Tell the hypervisor", 600]]);
  setTimeout(() => operation.steps[0].log.push({ at: ago(0), text: "It is in force once the machine has been stopped and started." }), 650);
  return [202, operation];
}

/** Seconds in all and from point to point. */
const RANGES = { "1h": [3_600, 60], "6h": [21_600, 60], "24h": [86_400, 300], "7d": [604_800, 3_600], "30d": [2_592_000, 7_200] };

/** Figures of a machine that was off for a while and has run a day; of one that is off there are none. */
function metrics({ id, state, size }, last) {
  const [seconds, step] = RANGES[last];
  const to = Date.now();
  const first = Math.floor((to / 1_000 - seconds) / step) * step;
  const at = Array.from({ length: Math.ceil((to / 1_000 - first) / step) }, (_, index) => first + index * step);
  const runs = (time) => state === "running" && time > to / 1_000 - 93_600 && (time % 21_600 > 1_500 || time % 21_600 < 900) && time < to / 1_000 - 90;
  const wave = (time, period, shift = 0) => (1 + Math.sin((time / period) * 6.283 + shift)) / 2;
  const series = (value) => at.map((time) => (runs(time) ? value(time) : null));
  return {
    instance_id: id, from: new Date(first * 1_000).toISOString(), to: new Date(to).toISOString(), step, memory_total_bytes: size.memory_mib * 1_048_576,
    at: at.map((time) => new Date(time * 1_000).toISOString()),
    series: {
      cpu_percent: series((time) => Math.round((4 + 60 * wave(time, 5_400) * wave(time, 700)) * 100) / 100),
      memory_bytes: series((time) => Math.round(size.memory_mib * 1_048_576 * (0.35 + 0.3 * wave(time, 9_000)))),
      disk_read: series((time) => Math.round(400_000 * wave(time, 3_000) ** 4)),
      disk_written: series((time) => Math.round(90_000 + 200_000 * wave(time, 1_900, 1))),
      received: series((time) => Math.round(30_000 + 900_000 * wave(time, 4_400) ** 2)),
      sent: series((time) => Math.round(20_000 + 2_200_000 * wave(time, 4_100, 2) ** 3)),
    },
  };
}

export const compute = [
  ["GET", "/v1/instances", ({ query, session }) => [200, page(session.email.startsWith("new@") ? [] : instances.filter((each) => tagged(each, query.get("tag"))), query)]],
  ["GET", "/v1/instances/:id", ({ id }) => [200, machine(id)]],
  ["PATCH", "/v1/instances/:id", ({ id, body }) => [200, Object.assign(machine(id), body)]],
  ["DELETE", "/v1/instances/:id", ({ id }) => {
    const answer = work(id, "retire", "Delete", "deleting", "deleting", [["stop", "Switch off", 300]]);
    machine(id).delete_at = new Date(Date.now() + 72 * 3_600_000).toISOString();
    return answer;
  }],
  ["POST", "/v1/instances/:id/start", ({ id }) => work(id, "start", "Start", "starting", "running")],
  ["POST", "/v1/instances/:id/stop", ({ id }) => work(id, "stop", "Stop", "stopping", "stopped")],
  ["POST", "/v1/instances/:id/shutdown", ({ id }) => work(id, "shutdown", "Shut down", "stopping", "stopped")],
  ["POST", "/v1/instances/:id/reboot", ({ id }) => work(id, "reboot", "Reboot", "rebooting", "running")],
  ["POST", "/v1/instances/:id/reset", ({ id }) => work(id, "reset", "Reset", "rebooting", "running")],
  ["POST", "/v1/instances/:id/suspend", ({ id }) => work(id, "suspend", "Suspend", "suspending", "suspended")],
  ["POST", "/v1/instances/:id/resume", ({ id }) => {
    if (id === "vm_01held") throw new Refusal(409, "Its node has no memory left for it. Try again later, or stop it and start it elsewhere.");
    return work(id, "resume", "Resume", "resuming", "running");
  }],
  ["POST", "/v1/instances/:id/rescue", ({ id }) => work(id, "rescue_begin", "Boot the rescue system of", "rescuing", "rescue")],
  ["DELETE", "/v1/instances/:id/rescue", ({ id }) => work(id, "rescue_end", "Leave the rescue system of", "rebooting", "running")],
  ["POST", "/v1/instances/:id/password", ({ id, body }) => inside(id, body, "set_password", "Set the root password")],
  ["POST", "/v1/instances/:id/keys", ({ id, body }) => inside(id, body, "authorise_key", "Add an SSH key")],
  ["POST", "/v1/instances/:id/rebuild", ({ id, body }) => {
    machine(id).template = body.image_id == null ? { id: body.template_id, name: templates.find((each) => each.id === body.template_id)?.name ?? "Debian 13" } : { id: body.image_id.replace("img_", "tpl_"), name: "Own image" };
    return work(id, "rebuild", "Rebuild", "rebuilding", "running", [["stop", "Switch off", 500], ["disk", "Write a new disk", 1500], ["boot", "Boot", 800]]);
  }],
  ["POST", "/v1/instances/:id/size-changes/quote", ({ id, body }) => [200, changeQuote(machine(id), body.size_id)]],
  ["GET", "/v1/instances/:id/size-changes", ({ id, query }) => [200, page(sizeChanges.filter((each) => each.instance_id === id), query)]],
  ["POST", "/v1/instances/:id/size-changes", ({ id, body }) => {
    const { size, cycle, price, price_from } = changeQuote(machine(id), body.size_id);
    const { name, cpus, memory_mib, disk_gib } = sizes.find((each) => each.id === size.id);
    const from = { id: machine(id).size.id, name: machine(id).size.name };
    machine(id).size = { id: size.id, name, cpus, memory_mib, disk_gib };
    const [, operation] = work(id, "resize", "Resize", "resizing", machine(id).state, [["resize", "Change the machine", 500], ["restart", "Restart it where that is needed", 900]]);
    const change = { id: newId("chg"), instance_id: id, state: "done", from, to: size, cycle, charged_now: body.due_now, price, price_from, payment_id: null, operation_id: operation.id, problem: null, created_at: ago(0) };
    sizeChanges.unshift(change);
    return [202, change];
  }],
  ["GET", "/v1/instances/:id/snapshots", ({ id, query }) => [200, page(snapshots.filter((each) => each.instance_id === id && each.state !== "deleted"), query)]],
  ["POST", "/v1/instances/:id/snapshots", ({ id, body }) => {
    const snapshot = { id: newId("snp"), instance_id: id, name: body.name, state: "creating", problem: null, memory: body.memory ?? false, disk_gib: 20, operation_id: null, created_at: ago(0) };
    snapshots.unshift(snapshot);
    setTimeout(() => Object.assign(snapshot, { state: "ready" }), 1_200);
    return [202, snapshot];
  }],
  ["POST", "/v1/snapshots/:id/restore", ({ id }) => work(kept(id).instance_id, "restore", "Bring back", "restoring", "running", [["roll_back", "Bring the disk back", 700], ["boot", "Switch it on", 600]])],
  ["DELETE", "/v1/snapshots/:id", ({ id }) => [202, Object.assign(kept(id), { state: "deleted" })]],
  ["GET", "/v1/backups", ({ query, session }) => [200, page(backups.filter((each) => !session.email.startsWith("new@") && each.state !== "deleted" && [each.instance_id, null].includes(query.get("instance"))), query)]],
  ["GET", "/v1/backups/:id", ({ id }) => [200, copy(id)]],
  ["POST", "/v1/instances/:id/backups", ({ id, body }) => {
    const backup = { ...copy("bak_01upgrade"), id: newId("bak"), instance_id: id, hostname: machine(id).hostname, name: body.name, state: "creating", percent: 10, bytes: null, format: null, taken_at: null, created_at: ago(0) };
    backups.unshift(backup);
    setTimeout(() => Object.assign(backup, { percent: 70 }), 700);
    setTimeout(() => Object.assign(backup, { state: "ready", percent: null, bytes: 1_912_602_624, format: "qcow2", taken_at: ago(0) }), 1_400);
    return [202, backup];
  }],
  ["POST", "/v1/backups/:id/restore", ({ id }) => work(copy(id).instance_id, "restore", "Restore", "restoring", "running", [["stop", "Stop the machine", 400], ["restore", "Bring the disk back", 900], ["boot", "Switch it on", 600]])],
  ["POST", "/v1/backups/:id/test", ({ id }) => {
    const backup = copy(id);
    backup.restore_test = { outcome: "running", at: ago(0), problem: null };
    const steps = [["restore", "Restore it as a machine of its own", 700], ["boot", "Switch that machine on, cut off from every network", 400], ["watch", "Wait until its system is up", 900], ["finish", "Remove that machine", 300]];
    return [202, begin("compute.backup.test", "Test the backup", steps, () => Object.assign(backup, { restore_test: { outcome: "passed", at: ago(0), problem: null } }))];
  }],
  ["DELETE", "/v1/backups/:id", ({ id }) => [202, Object.assign(copy(id), { state: "deleted" })]],
  ["GET", "/v1/instances/:id/backup-plan", ({ id }) => [200, backupPlans.get(id) ?? { frequency: "off", weekday: "sunday", hour: 3, keep: 7, restore_tests: "never", next_at: null, next_test_at: null }]],
  ["PUT", "/v1/instances/:id/backup-plan", ({ id, body }) => {
    if (body.keep > 30) throw new Refusal(422, "Invalid", "Look at the fields.", [{ field: "keep", message: "keep 1 to 30 backups" }]);
    backupPlans.set(id, { ...body, next_at: body.frequency === "off" ? null : ago(-600), next_test_at: body.frequency === "off" || body.restore_tests === "never" ? null : ago(0) });
    return [200, backupPlans.get(id)];
  }],
  ["GET", "/v1/quota", () => [200, {
    machines: { used: 5, limit: 10 }, networks: { used: 2, limit: 10 }, addresses: { used: 2, limit: 10 }, images: { used: 2, limit: 5 }, snapshots: { used: snapshots.filter((each) => each.state === "ready").length, limit: 20 },
    backups: { used: backups.filter((each) => each.state === "ready").length, limit: 50 },
    cpus: { used: 9, limit: 40 }, memory_mib: { used: 12_288, limit: 65_536 }, disk_gib: { used: 180, limit: 1_000 },
  }]],
  ["GET", "/v1/ssh-keys", ({ query }) => [200, page(sshKeys, query)]],
  ["POST", "/v1/ssh-keys", ({ body }) => {
    if (sshKeys.some((each) => each.ssh_public_key === body.ssh_public_key)) throw new Refusal(409, "Conflict", "This key is kept already.", [{ field: "ssh_public_key", message: "this key is kept already" }]);
    sshKeys.unshift({ id: newId("key"), name: body.name, ssh_public_key: body.ssh_public_key, fingerprint: "SHA256:UCUiLr7Pjs9wFFJMDByLgc3NrtdU344OgUM45wZPcIQ", created_at: ago(0) });
    return [201, sshKeys[0]];
  }],
  ["DELETE", "/v1/ssh-keys/:id", ({ id }) => (sshKeys.splice(sshKeys.findIndex((each) => each.id === id), 1), [204])],
  ["POST", "/v1/instances/:id/undelete", ({ id }) => [200, Object.assign(machine(id), { state: "stopped", delete_at: null, operation_id: null })]],
  ["POST", "/v1/instances/:id/console-tickets", ({ id, body }) => {
    if (machine(id).state !== "running") throw new Refusal(409, "The machine is not running", "Start it to open its console.");
    const ticket = newId("tkt");
    tickets.set(ticket, body.kind);
    return [201, { ticket, kind: body.kind, path: `/v1/instances/${id}/console`, expires_at: ago(-1) }];
  }],
  ["GET", "/v1/instances/:id/events", ({ query }) => [200, page(events, query)]],
  ["GET", "/v1/instances/:id/metrics", ({ id, query }) => [200, metrics(machine(id), query.get("last") ?? "24h")]],
  ["GET", "/v1/instances/:id/usage", () => [200, {
    period, as_of: ago(1),
    lines: [
      { meter: "running_hours", description: "Running", quantity: "412.5", unit: "h" },
      { meter: "disk_gib_hours", description: "Disk", quantity: "8240", unit: "GiB·h" },
      { meter: "traffic_out", description: "Traffic out", quantity: "18.204", unit: "GiB" },
    ],
  }]],
  ["PATCH", "/v1/nodes/:id", ({ id, body }) => {
    const node = nodes.find((each) => each.id === id);
    if (body.schedulable === false && !body.reason) throw new Refusal(422, "Invalid", "Some values are wrong.", [{ field: "reason", message: "say in 1 to 200 characters why it takes no new machines" }]);
    return [200, Object.assign(node, body, { class: body.class === "" ? null : body.class, closed_because: body.schedulable ? null : body.reason, state: body.schedulable ? "ready" : "draining" })];
  }],
  ["POST", "/v1/nodes/:id/adopt", ({ id, body }) => {
    const { strangers } = nodes.find((each) => each.id === id);
    if (!strangers.some((each) => each.address === body.address)) throw new Refusal(409, "Conflict", "The hypervisor lists no guest of others at this address. It is asked once a minute.");
    return [202, begin("compute.instance.adopt", "Take the machine over", [["mark", "Give the guest its mark", 600], ["finish", "Hand it over", 300]], () => strangers.splice(0))];
  }],
  ["GET", "/v1/nodes", ({ query }) => [200, page(nodes, query)]],
  ["GET", "/v1/operator/findings", ({ query }) => [200, page(findings, query)]],
  ["GET", "/v1/operator/findings/summary", () => [200, [...new Set(findings.map((each) => each.kind))].map((kind) => {
    const same = findings.filter((each) => each.kind === kind);
    return { kind, count: same.length, oldest: same.map((each) => each.since).sort()[0] };
  })]],
  ["POST", "/v1/operator/findings/:id/repair", ({ id, body }) => {
    const found = findings.find((each) => each.id === id);
    const offer = found?.repairs.find((each) => each.repair === body.repair);
    if (!offer || (offer.confirm ?? body.confirm) !== body.confirm) throw new Refusal(409, "Conflict", "This repair does not fit what was found. Look at the finding again.");
    found.operation_id = begin("compute.finding.repair", "Repair what differs", [["act", "Tell the hypervisor", 600], ["close", "Note that it was repaired", 300]], () => findings.splice(findings.indexOf(found), 1)).id;
    return [202, found];
  }],
  ["GET", "/v1/operator/operations", ({ query }) => [200, page([...operations.values()].reverse(), query)]],
  ["GET", "/v1/operations/:id", ({ id }) => [200, operation(id)]],
  ["POST", "/v1/operations/:id/retry", ({ id }) => (operation(id).again?.(), [202, operation(id)])],
];

export function operation(id) {
  const found = operations.get(id);
  if (!found) throw new Refusal(404, "Not found");
  return found;
}
