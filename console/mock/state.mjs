// What the mock knows: one customer with machines, orders and invoices, kept in memory and lost at the end.

let counter = 0;
export const newId = (prefix) => `${prefix}_01j9zk${String(++counter).padStart(4, "0")}${"q7x3fm0e8d2hw".slice(0, 10)}`;
export const money = (minor) => ({ minor, currency: "EUR" });
export const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
const MONTH_START = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth(), 1)).toISOString();
const MONTH_END = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + 1, 1)).toISOString();
export const period = { from: MONTH_START, to: MONTH_END };

export const regions = [{ id: "reg_01home", key: "home", name: "Home", ipv6: true, own_cards: true }];
export const sizes = [
  { id: "siz_01small", name: "Small", cpus: 1, memory_mib: 512, disk_gib: 4, monthly: money(300), hourly: money(1), class: null, visible: true },
  { id: "siz_01medium", name: "Medium", cpus: 1, memory_mib: 1024, disk_gib: 10, monthly: money(600), hourly: money(2), class: null, visible: true },
  { id: "siz_01large", name: "Large", cpus: 2, memory_mib: 2048, disk_gib: 20, monthly: money(1200), hourly: money(3), class: null, visible: true },
  { id: "siz_01fast", name: "Fast", cpus: 4, memory_mib: 8192, disk_gib: 80, monthly: money(3600), hourly: money(6), class: "nvme", visible: true },
  { id: "siz_01old", name: "Old small", cpus: 1, memory_mib: 256, disk_gib: 2, monthly: money(200), hourly: money(1), class: null, visible: false },
];
export const templates = [
  { id: "tpl_01tiny", key: "tiny", name: "Tiny Linux: boots in seconds", description: "", source: "built", disk_gib: 1 },
  { id: "tpl_01debian", key: "debian-12", name: "Debian 12, minimal", description: "", source: "built", disk_gib: 1 },
];

const named = ({ id, name }) => ({ id, name });
export function instance(name, state, size, template, more = {}) {
  const { monthly, hourly, visible, class: nodes, ...summary } = size;
  return {
    id: newId("vm"), name, hostname: name, tags: [], state, state_reason: null, size: summary, template: named(template), region: named(regions[0]),
    network: null, node_id: "nod_01local", accelerator: "kvm", ipv4: "10.77.0.14", ipv6: null, security_group_id: null, addresses: [], ssh: { host: "127.0.0.1", port: 42022 }, features: ["suspend", "rescue", "set_password", "authorise_key", "snapshots", "backups", "screen_console", "disks", "private_networks", "firewall"], delete_at: null, operation_id: null,
    created_at: ago(60 * 26), ...more,
  };
}

export const instances = [
  instance("web-1", "running", sizes[0], templates[0], { id: "vm_01web", tags: ["env:live", "web"], ipv4: "10.0.0.2", ipv6: "2001:db8:100:4::a00:2", network: { network_id: "net_01back", ipv4: "10.0.0.2", ipv6: "2001:db8:100:4::a00:2" }, security_group_id: "sgr_01web", addresses: ["203.0.113.7"] }),
  instance("database-primary", "running", sizes[2], templates[1], { id: "vm_01database", ipv4: "198.51.100.20", features: ["suspend", "authorise_key", "snapshots", "backups", "screen_console", "disks", "private_networks", "firewall", "own_card"] }),
  instance("staging", "stopped", sizes[1], templates[1], { id: "vm_01staging", ssh: null, ipv4: null }),
  instance("old-mail", "deleting", sizes[0], templates[1], { id: "vm_01old", delete_at: new Date(Date.now() + 70 * 3_600_000).toISOString(), ssh: null }),
  instance("held", "suspended", sizes[0], templates[0], { id: "vm_01held" }),
  instance("broken-boot", "rescue", sizes[1], templates[1], { id: "vm_01rescue" }),
  instance("crashed", "failed", sizes[0], templates[0], { id: "vm_01crashed", ssh: null, state_reason: "The process ended by itself (signal 9)." }),
];
for (let index = 1; index <= 21; index += 1) instances.push(instance(`worker-${index}`, "stopped", sizes[0], templates[0], { ssh: null, ipv4: null }));

export const sizeChanges = [];
export const snapshots = [
  { id: "snp_01upgrade", instance_id: "vm_01web", name: "Before the upgrade", state: "ready", problem: null, memory: true, disk_gib: 20, operation_id: null, created_at: ago(300) },
  { id: "snp_01full", instance_id: "vm_01web", name: "Every hour", state: "failed", problem: "It could not be taken. The operation says why.", memory: false, disk_gib: 20, operation_id: null, created_at: ago(900) },
];
const backup = (id, name, more) => ({
  id, instance_id: "vm_01web", hostname: "web-1", name, scheduled: false, state: "ready", problem: null, percent: null, bytes: 1_912_602_624, format: "qcow2", disk_gib: 20,
  template: { id: templates[0].id, name: templates[0].name }, region: named(regions[0]), restore_test: null, operation_id: null, taken_at: ago(310), created_at: ago(312), ...more,
});
export const backups = [
  backup("bak_01making", "Before the move", { state: "creating", percent: 42, bytes: null, format: null, taken_at: null, created_at: ago(1) }),
  backup("bak_01upgrade", "Before the upgrade", {}),
  backup("bak_01daily", "Daily backup", { scheduled: true, taken_at: ago(720), created_at: ago(722), restore_test: { outcome: "passed", at: ago(700), problem: null } }),
  backup("bak_01failed", "Daily backup", { scheduled: true, state: "failed", problem: "It could not be made. The operation says why.", bytes: null, format: null, taken_at: null, created_at: ago(2_160) }),
  backup("bak_01gone", "Before it went", { instance_id: "vm_01gone", hostname: "old-shop", taken_at: ago(9_000), created_at: ago(9_001), restore_test: { outcome: "failed", at: ago(8_000), problem: "It stopped by itself before its system was up." } }),
];
export const backupPlans = new Map([["vm_01web", { frequency: "daily", weekday: "sunday", hour: 3, keep: 7, restore_tests: "monthly", next_at: ago(-600), next_test_at: ago(-9_000) }]]);
export const disks = [
  { id: "dsk_01data", name: "Database", state: "ready", problem: null, size_gib: 50, growing_to_gib: null, region: { id: "reg_01home", name: "Home" }, node_id: "nod_01local", instance_id: "vm_01web", device: "/dev/disk/by-id/virtio-dsk-7x9f2m4k6n8p0r1s", operation_id: null, created_at: ago(60 * 24 * 8) },
  { id: "dsk_01spare", name: "Archive 2025", state: "ready", problem: null, size_gib: 200, growing_to_gib: null, region: { id: "reg_01home", name: "Home" }, node_id: "nod_01local", instance_id: null, device: "/dev/disk/by-id/virtio-dsk-2m4k6n8p0r1s7x9f", operation_id: null, created_at: ago(60 * 24 * 40) },
  { id: "dsk_01lost", name: "Old photos", state: "lost", problem: "Its node does not have it any more. It costs nothing until it is back.", size_gib: 120, growing_to_gib: null, region: { id: "reg_01home", name: "Home" }, node_id: "nod_01local", instance_id: "vm_01web", device: "/dev/disk/by-id/virtio-dsk-6n8p0r1s7x9f2m4k", operation_id: null, created_at: ago(60 * 24 * 60) },
  { id: "dsk_01failed", name: "Scratch", state: "failed", problem: "It could not be made. The operation says why.", size_gib: 900, growing_to_gib: null, region: { id: "reg_01home", name: "Home" }, node_id: "nod_01local", instance_id: null, device: "/dev/disk/by-id/virtio-dsk-0r1s7x9f2m4k6n8p", operation_id: null, created_at: ago(90) },
];
export const networks = [
  { id: "net_01back", name: "Backend", state: "ready", region: { id: "reg_01home", name: "Home" }, subnet: "10.0.0.0/24", gateway: "10.0.0.1", egress: true, ipv6: "2001:db8:100:4::/64", machines: 2, operation_id: null, created_at: ago(60 * 24 * 9) },
  { id: "net_01vault", name: "Vault", state: "ready", region: { id: "reg_01home", name: "Home" }, subnet: "10.0.1.0/24", gateway: "10.0.1.1", egress: false, ipv6: null, machines: 0, operation_id: null, created_at: ago(60 * 24 * 2) },
];
const tcp = (port, peer = null) => ({ direction: "inbound", protocol: "tcp", ports: { from: port, to: port }, peer });
export const securityGroups = [
  { id: "sgr_01web", name: "Web servers", rules: [tcp(22, "203.0.113.0/24"), tcp(80), tcp(443), { direction: "inbound", protocol: "icmp", ports: null, peer: null }], machines: 1, operation_id: null, created_at: ago(60 * 24 * 9) },
  { id: "sgr_01shut", name: "Nothing from outside", rules: [], machines: 0, operation_id: null, created_at: ago(60 * 24) },
];
export const addresses = [
  { id: "adr_01web", ipv4: "203.0.113.7", instance_id: "vm_01web", reverse_name: "web.example.org", operation_id: null, created_at: ago(60 * 24 * 9) },
  { id: "adr_01spare", ipv4: "203.0.113.9", instance_id: null, reverse_name: null, operation_id: null, created_at: ago(60) },
];
export const addressPools = [
  { id: "pol_01front", name: "Front", region: { id: "reg_01home", name: "Home" }, subnet: "203.0.113.0/24", excluded: ["203.0.113.0", "203.0.113.1", "203.0.113.255"], used: 2, resting: 1, free: 250, created_at: ago(60 * 24 * 30) },
  { id: "pol_01six", name: "Front, IPv6", region: { id: "reg_01home", name: "Home" }, subnet: "2001:db8:100::/48", excluded: ["2001:db8:100::/64"], used: 1, resting: 0, free: 65_534, created_at: ago(60 * 24 * 20) },
];

const file = { template_id: null, version: 1, url: null, sha256: "5f1c4e2d9a7b3c8e0f6a1d4b2c9e8f7a6b5d4c3e2f1a0b9c8d7e6f5a4b3c2d1e", problem: null, received_bytes: 612_368_384, total_bytes: 612_368_384, operation_id: null, nodes: [] };
export const images = [
  { ...file, id: "img_01router", name: "Router appliance", source: "upload", state: "ready", disk_gib: 4, machines: 1, created_at: ago(60 * 24 * 3), ready_at: ago(60 * 24 * 3 - 2) },
  { ...file, id: "img_01half", name: "golden-web.qcow2", source: "upload", sha256: null, state: "uploading", received_bytes: 201_326_592, disk_gib: null, machines: 0, created_at: ago(12), ready_at: null },
  { ...file, id: "img_01bad", name: "old-laptop.img", source: "upload", state: "failed", problem: "This disk is a difference to another file (a backing file), which is not taken. Make a copy that stands by itself with: qemu-img convert -O qcow2", disk_gib: null, machines: 0, created_at: ago(60 * 5), ready_at: null },
];
const debian = { ...file, template_id: "tpl_01trixie", source: "url", name: "" };
export const templateViews = [
  { ...templates[1], hidden: false, retired_at: null, machines: 3, nodes: ["local"], versions: [] },
  { ...templates[0], hidden: false, retired_at: null, machines: 2, nodes: ["local"], versions: [] },
  {
    id: "tpl_01trixie", key: "debian-13", name: "Debian 13", description: "Debian with cloud-init, kept up to date by its publisher", source: "image", hidden: false, retired_at: null, machines: 2, nodes: [],
    versions: [
      { ...debian, id: "img_01v3", version: 3, url: "https://cloud.debian.org/images/cloud/trixie/20261120/debian-13-genericcloud-amd64.qcow2", state: "fetching", received_bytes: 187_904_819, total_bytes: 344_785_920, disk_gib: null, machines: 0, created_at: ago(1), ready_at: null },
      { ...debian, id: "img_01v2", version: 2, url: "https://cloud.debian.org/images/cloud/trixie/20261022/debian-13-genericcloud-amd64.qcow2", state: "ready", disk_gib: 3, machines: 2, nodes: ["local", "vienna-1"], created_at: ago(60 * 24 * 30), ready_at: ago(60 * 24 * 30 - 3) },
      { ...debian, id: "img_01v1", version: 1, url: "https://mirror.example/debian-13.qcow2", state: "failed", problem: "mirror.example answers with 404 Not Found, so there is nothing to fetch. Check the address.", disk_gib: null, machines: 0, created_at: ago(60 * 24 * 40), ready_at: null },
    ],
  },
  { id: "tpl_01bullseye", key: "debian-11", name: "Debian 11", description: "", source: "image", hidden: true, retired_at: ago(60 * 24 * 9), machines: 1, nodes: [], versions: [{ ...file, name: "", template_id: "tpl_01bullseye", id: "img_01b1", source: "upload", state: "ready", disk_gib: 2, machines: 1, nodes: ["local"], created_at: ago(60 * 24 * 200), ready_at: ago(60 * 24 * 200) }] },
].map(({ disk_gib: _, ...template }) => template);

export const sshKeys = [
  { id: "key_01laptop", name: "Laptop", ssh_public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti ada@laptop", fingerprint: "SHA256:UCUiLr7Pjs9wFFJMDByLgc3NrtdU344OgUM45wZPcIQ", created_at: ago(9_000) },
];
export const events = [
  { id: "evt_3", at: ago(30), kind: "running", summary: "Started by Ada Lovelace" },
  { id: "evt_2", at: ago(45), kind: "stopped", summary: "Stopped by itself; noticed by the node" },
  { id: "evt_1", at: ago(1500), kind: "provisioning", summary: "Created from an order" },
];

const offer = (repair, title, more = {}) => ({ repair, title, effect: "What this does, in a sentence.", confirm: null, refused: null, ...more });
export const findings = [
  {
    id: "fnd_6", kind: "certificate_changed", node: "graz-1", reference: "moved.example.com:8006", instance_id: null, since: ago(2), operation_id: null,
    believed: "A1:C6:EB:10:35:5A:7F:A4:C9:EE:13:38:5D:82:A7:CC:F1:16:3B:60:85:AA:CF:F4:19:3E:63:88:AD:D2:F7:1C", seen: "B7:C6:EB:10:35:5A:7F:A4:C9:EE:13:38:5D:82:A7:CC:F1:16:3B:60:85:AA:CF:F4:19:3E:63:88:AD:D2:F7:1C",
    explanation: "It presents another certificate than the one that was compared when it was enrolled: B7:C6:EB:10:35:5A:7F:A4:C9:EE:13:38:5D:82:A7:CC:F1:16:3B:60:85:AA:CF:F4:19:3E:63:88:AD:D2:F7:1C instead of A1:C6:EB:10:35:5A:7F:A4:C9:EE:13:38:5D:82:A7:CC:F1:16:3B:60:85:AA:CF:F4:19:3E:63:88:AD:D2:F7:1C. Either somebody renewed it, or somebody stands in between, so nothing is sent there. What runs on it runs on, and nothing is said about its guests until this is settled. Read the fingerprint at the node itself, on its own screen or over SSH: pvenode cert info.",
    repairs: [{ ...offer("accept_certificate", "Accept the new certificate"), confirm: "B7:C6:EB:10:35:5A:7F:A4:C9:EE:13:38:5D:82:A7:CC:F1:16:3B:60:85:AA:CF:F4:19:3E:63:88:AD:D2:F7:1C" }],
  },
  {
    id: "fnd_5", kind: "node_unreachable", node: "vienna-1", reference: null, instance_id: null, believed: null, seen: "connection refused.", since: ago(4), repairs: [], operation_id: null,
    explanation: "The hypervisor does not answer: connection refused. What runs on it may run on; nothing is said about its guests until it answers.",
  },
  {
    id: "fnd_4", kind: "state_differs", node: "local", reference: "vm_01crashed", instance_id: "vm_01crashed", believed: "running", seen: "stopped", since: ago(12), operation_id: null,
    explanation: "The machine should be running; its hypervisor says that it is stopped.", repairs: [offer("start", "Start the machine"), offer("accept", "Leave it stopped")],
  },
  {
    id: "fnd_7", kind: "disk_gone", node: "local", reference: "dsk_01lost", instance_id: null, believed: "there", seen: "gone", since: ago(40), operation_id: null,
    explanation: "The hypervisor does not have this extra disk any more, and nobody had asked for that here. Its owner sees it as gone, and pays nothing until it is back.",
    repairs: [{ ...offer("accept", "Give the disk up"), confirm: "dsk_01lost" }],
  },
  {
    id: "fnd_3", kind: "shape_differs", node: "local", reference: "vm_01web", instance_id: "vm_01web", believed: "1 CPU, 512 MiB of memory, 10 GiB of disk", seen: "2 CPU, 1024 MiB of memory, 10 GiB of disk", since: ago(90), operation_id: null,
    explanation: "The machine has 1 CPU, 512 MiB of memory, 10 GiB of disk; its hypervisor says 2 CPU, 1024 MiB of memory, 10 GiB of disk.",
    repairs: [offer("resize", "Resize the guest"), offer("accept", "Keep the guest's size")],
  },
  {
    id: "fnd_2", kind: "orphan_guest", node: "local", reference: "vm_01stray", instance_id: null, believed: null, seen: "running, 1 CPU, 512 MiB of memory, 10 GiB of disk", since: ago(300), operation_id: null,
    explanation: "The hypervisor has a guest that carries our mark (running, 1 CPU, 512 MiB of memory, 10 GiB of disk), and no machine here stands behind it. Nothing touches it.",
    repairs: [offer("remove", "Remove the guest", { confirm: "vm_01stray" })],
  },
  {
    id: "fnd_1", kind: "stuck", node: "local", reference: "vm_01staging", instance_id: "vm_01staging", believed: "being restarted", seen: null, since: ago(20), operation_id: null,
    explanation: "The machine is being restarted for longer than 15 minutes, which is the limit because a machine that does not show up is looked for twelve times.",
    repairs: ["retry", "accept", "mark_failed"].map((repair, at) => offer(repair, ["Try the operation again", "Take the hypervisor's word", "Mark as not usable"][at], { refused: "Its operation is still at work. Look at the operation's log first." })),
  },
];

export const nodes = [
  {
    id: "nod_01local", region: named(regions[0]), state: "ready", class: null, schedulable: true, closed_because: null, cpu_overcommit_percent: 800, memory_overcommit_percent: 100, cpus_limit: 64, memory_limit_mib: 16384, disk_promised_gib: 180,
    hosts: [
      { name: "pve1", online: true, takes_guests: true, cpus: 8, cpu_permille: 412, memory_mib: 16384, memory_used_mib: 7340, instances: 4, memory_promised_mib: 4096, maintenance: null, drain_id: null },
      { name: "pve2", online: true, takes_guests: true, cpus: 8, cpu_permille: 85, memory_mib: 16384, memory_used_mib: 2048, instances: 1, memory_promised_mib: 1024, maintenance: { reason: "new fans", since: ago(50) }, drain_id: "op_01drain" },
      { name: "pve3", online: false, takes_guests: true, cpus: 8, cpu_permille: null, memory_mib: 16384, memory_used_mib: 0, instances: 0, memory_promised_mib: 0, maintenance: null, drain_id: null },
    ],
    storages: [{ name: "local-lvm", host: "pve1", disks: true, backups: false, total_mib: 204_800, free_mib: 142_336 }, { name: "backups", host: null, disks: false, backups: true, total_mib: 1_048_576, free_mib: 900_000 }],
    strangers: [{ address: "104", name: "old-shop", host: "pve1", running: true, cpus: 2, memory_mib: 4096, disk_gib: 40 }],
    name: "local", driver: "qemu", accelerator: "kvm", accelerator_reason: "/dev/kvm can be opened", cpus: 8,
    cpus_used: 5, memory_mib: 16384, memory_used_mib: 5120, disk_gib: 200, disk_used_gib: 61, instances: 5, templates: ["tiny", "debian-12"], orphans: [],
    problem: null, last_seen_at: ago(0),
  },
];

export const seller = { name: "Fairhold Demo GmbH", address: "Torstraße 1\n10119 Berlin", country: "DE", tax_id: "DE123456789" };
export const buyer = { name: "Ada Lovelace", address: "12 St James's Square\nLondon", country: "GB", tax_id: null };
const lines = [
  { description: "web-1, Small, monthly", quantity: "1", unit: "month", unit_price: "3.00", amount: money(300) },
  { description: "database-primary, Large, by the hour", quantity: "412", unit: "h", unit_price: "0.03", amount: money(1236) },
  { description: "Traffic out", quantity: "18.204", unit: "GB", unit_price: "0.01", amount: money(18) },
];
export function invoice(number, state, more = {}) {
  const net = lines.reduce((sum, line) => sum + line.amount.minor, 0);
  const tax = Math.round(net * 0.19);
  return {
    id: newId("inv"), number, state, issued_at: ago(60 * 24 * 20), period, currency: "EUR", lines, kind: "invoice", test: true, refers_to: null, notes: [], tax_lines: [{ rate_percent: 19, label: "VAT 19 %", base: money(net), amount: money(tax) }],
    net: money(net), tax: money(tax), gross: money(net + tax), due: money(state === "open" ? net + tax : 0), seller, buyer, ...more,
  };
}
export const invoices = [invoice("FH-2026-000003", "open", { id: "inv_01open" }), invoice("FH-2026-000002", "paid"), invoice("FH-2026-000001", "paid")];
export const preview = () => ({ ...invoice(null, "preview"), issued_at: null });
export const usage = () => {
  const { net, tax, gross } = preview();
  const usageLines = lines.map((line, index) => index === 2
    ? { resource_id: disks[0].id, description: "Extra disk, kept", quantity: "2628", unit: "GiB hour", amount: line.amount }
    : { resource_id: instances[index].id, description: line.description, quantity: line.quantity, unit: line.unit, amount: line.amount });
  const metered = instances.slice(0, 2).map((one, index) => ({
    resource_id: one.id,
    description: lines[index].description,
    cycle: index === 0 ? "monthly" : "hourly",
    running_hours: "311.25",
    disk_gib_hours: "3112.5",
    received_gib: "1.204",
    sent_gib: "0.3312",
    covered_until: index === 0 ? period.to : null,
  }));
  return { period, currency: "EUR", lines: usageLines, metered, net, tax, gross, as_of: ago(1) };
};

export const payments = [
  { id: newId("pay"), state: "succeeded", amount: money(357), refunded: money(0), purpose: "invoice", method: "test_succeeds", order_id: null, invoice_id: invoices[1].id, created_at: ago(2000), problem: null },
  { id: newId("pay"), state: "failed", amount: money(357), refunded: money(0), purpose: "invoice", method: "test_declines", order_id: null, invoice_id: invoices[0].id, created_at: ago(2010), problem: "The bank declined (test)." },
];
export const orders = [];

export const activity = [
  { kind: "staff", name: "Grace Hopper", action: "identity.organisation.view", summary: "Looked at the organisation", target: "", purpose: "Answering ticket 4711", outcome: "succeeded", minutes: 12 },
  { kind: "person", name: "Ada Lovelace", action: "compute.instance.start", summary: "Started web-1", target: "vm_01web", purpose: null, outcome: "succeeded", minutes: 30 },
  { kind: "system", name: "Fairhold", action: "compute.instance.notice", summary: "Noticed that web-1 had stopped", target: "vm_01web", purpose: null, outcome: "succeeded", minutes: 45 },
  { kind: "token", name: "Backup script", action: "compute.instance.delete", summary: "Tried to delete database-primary", target: "", purpose: null, outcome: "failed", minutes: 60 },
  { kind: "visitor", name: undefined, action: "identity.session.create", summary: "Tried to sign in with a wrong password", target: "", purpose: null, outcome: "failed", minutes: 80 },
  { kind: "person", name: "Ada Lovelace", action: "identity.session.create", summary: "Signed in", target: "", purpose: null, outcome: "succeeded", minutes: 90 },
].map(({ kind, name, minutes, purpose, ...entry }) => ({ id: newId("evt"), at: ago(minutes), actor: { kind, name }, staff_purpose: purpose, ...entry }));

export const sessions = [
  { id: "ses_01this", current: true, created_at: ago(90), last_seen_at: ago(0), expires_at: ago(-9000), network: "192.0.2.0/24", browser: "Chrome 140", system: "linux", device: "desktop" },
  { id: "ses_01phone", current: false, created_at: ago(9000), last_seen_at: ago(300), expires_at: ago(-9000), network: "2001:db8:17::/48", browser: "Safari 18", system: "ios", device: "mobile" },
];
export const signIns = [
  ["succeeded", "Chrome 140", "linux", "192.0.2.0/24", 90], ["wrong_password", null, "other", "198.51.100.0/24", 4000], ["succeeded", "Safari 18", "ios", "2001:db8:17::/48", 9000],
].map(([outcome, browser, system, network, minutes]) => ({ id: newId("sin"), at: ago(minutes), outcome, browser, system, device: system === "ios" ? "mobile" : "desktop", network }));
export const notifications = [
  ["machines", "web-1 is ready", "/app/machines/vm_01web", 3, true], ["billing", "Invoice FH-2026-000003 over EUR 15.44", "/app/invoices/inv_01open", 900, true],
  ["security", "Your password was changed", "/app/forgot-password", 4000, false],
].map(([topic, title, link, minutes, isNew]) => ({ id: newId("ntf"), topic, title, link, at: ago(minutes), read_at: isNew ? null : ago(minutes - 1) }));
export const preferences = ["security", "billing", "machines", "privacy", "service"].map((topic) => ({ topic, mail: topic !== "machines", in_app: true, locked: topic === "security" }));
export const projects = [
  { id: "prj_01staging", name: "Staging", created_at: ago(60 * 24 * 3) }, { id: "prj_01default", name: "Default", created_at: ago(60 * 24 * 40) },
];
export const members = [
  ["per_01bob", "Bob Billing", "bob@example.org", "billing", true], ["per_01eve", "Eve Evans", "eve.evans-with-a-long-address@department.example.org", "member", false],
  ["per_01ada", "Ada Lovelace", "ada@example.org", "owner", false],
].map(([person_id, name, email, role, suspended], index) => ({ person_id, name, email, role, suspended, since: ago(60 * 24 * (index + 2)) }));
export const invitations = [{ id: "inv_01new", email: "new.colleague@example.org", role: "viewer", created_at: ago(300), expires_at: ago(-60 * 24 * 6) }];
export const tokens = [{ id: "tok_01a", name: "Backup script", prefix: "fh_7Qx2", organisation_id: "org_01ada", read_only: true, created_at: ago(9999), last_used_at: ago(61), expires_at: null }];
export const organisations = [
  { id: "org_01ada", name: "Ada Lovelace", legal_name: null, address: buyer.address, country: "GB", tax_id: null, created_at: ago(60 * 24 * 40) },
];
export const exportsMade = new Map();
export const clock = { enabled: true, now: new Date().toISOString() };
