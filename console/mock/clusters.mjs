// The operator's clusters in memory. Sentinels: an address that begins with "away" does not answer, one that begins with "moved"
// presents another certificate later, the secret "revoked" is not accepted, the bridge "vmbr1" may not be used.
import { invalid, page, Refusal } from "./answer.mjs";
import { ago, newId, nodes } from "./state.mjs";

const PRINT = Array.from({ length: 32 }, (_, at) => ((at * 37 + 161) % 256).toString(16).padStart(2, "0").toUpperCase()).join(":");

const mapping = {
  ids: { start: 100_000, end: 165_000 }, nodes: [], storage: "local-lvm", backup_storage: "backups", pool: "fairhold", calls_per_second: 20,
  network: { bridge: "vmbr0", vlan: 7, addresses: { first: "10.20.0.10", prefix: 15, gateway: "10.20.0.1", nameservers: ["10.20.0.2"] }, ipv6: { block: "2001:db8:20:1::/64", gateway: "fe80::1" } },
  private: { zone: "tenants", tags: { start: 1000, end: 1999 } },
  templates: { "debian-13": { kind: "clone", vmid: 9000, full: false } },
};
const node = {
  ...nodes[0], id: "nod_01vienna", name: "vienna-1", driver: "proxmox", region: { id: "reg_01vienna", name: "Vienna" }, instances: 3, strangers: [],
};
export const clusters = [
  {
    id: "clu_01vienna", name: "vienna-1", kind: "proxmox", source: "enrolled", region: "vienna", token_id: "fairhold@pve!fairhold", mapping, version: 3,
    addresses: [{ host: "pve1.example.com", port: 8006, fingerprint: PRINT }, { host: "pve2.example.com", port: 8006, fingerprint: PRINT }],
    created_at: ago(60 * 24 * 40), updated_at: ago(60 * 24 * 2), node,
  },
  {
    id: "clu_01graz", name: "graz-1", kind: "proxmox", source: "enrolled", region: "graz", token_id: "fairhold@pve!fairhold", mapping: { ...mapping, network: { bridge: "vmbr0", vlan: null, addresses: null, ipv6: null } }, version: 1,
    addresses: [{ host: "moved.example.com", port: 8006, fingerprint: PRINT }], created_at: ago(60 * 24 * 9), updated_at: ago(60 * 24 * 9),
    node: { ...node, id: "nod_01graz", name: "graz-1", state: "down", instances: 0, problem: `the certificate of moved.example.com:8006 changed: ${PRINT.replace("A1", "B7")} was presented, ${PRINT} is known` },
  },
  {
    id: null, name: "linz-1", kind: "proxmox", source: "file", region: "linz", token_id: "fairhold@pve!file", mapping, version: 0,
    addresses: [{ host: "10.7.0.4", port: 8006, fingerprint: PRINT }], created_at: null, updated_at: null, node: { ...node, id: "nod_01linz", name: "linz-1", instances: 0 },
  },
];

function found(id) {
  const one = clusters.find((each) => each.id === id);
  if (!one) throw new Refusal(404, "Not found");
  return one;
}

function survey(addresses, wanted) {
  const refused = wanted?.network?.bridge === "vmbr1";
  const moved = addresses.filter((address) => address.host.startsWith("moved"));
  const seen = addresses.map(({ host, port }) => ({ host, port, presented: PRINT, trusted: !host.startsWith("moved"), problem: host.startsWith("moved") ? `It presents another certificate, ${PRINT.replace("A1", "B7")}. Nothing is sent there until somebody has compared it with what the node shows.` : null }));
  const empty = { version: null, nodes: [], storages: [], networks: [], zones: [], templates: [], images: [], pools: [], missing: [], problems: [], ready: false };
  if (moved.length === addresses.length) return { ...empty, addresses: seen };
  return {
    ...empty, addresses: seen, version: "8.4.21",
    nodes: [{ name: "pve1", about: `online ${PRINT}` }, { name: "pve2", about: `online ${PRINT}` }],
    storages: [{ name: "local-lvm", about: "images,rootdir" }, { name: "local", about: "iso,vztmpl,import" }, { name: "backups", about: "backup, shared" }],
    zones: [{ name: "tenants", about: "vlan" }],
    networks: [{ name: "vmbr0", about: "pve1" }, { name: "vmbr1", about: "pve1" }, { name: "vmbr0", about: "pve2" }],
    templates: [{ name: "9000", about: "debian-13" }], images: [{ name: "local:import/debian-13.qcow2", about: "disk image" }], pools: [{ name: "fairhold", about: "Guests of Fairhold" }],
    missing: refused ? [{ privilege: "SDN.Use", path: "/sdn/zones/localnetwork/vmbr1", purpose: "connecting guests" }, { privilege: "VM.Clone", path: "/vms", purpose: "making guests of templates" }] : [],
    problems: refused ? ["the firewall of the cluster is off, so the filters of guests do nothing"] : [],
    ready: wanted != null && !refused,
  };
}

export const clusterRoutes = [
  ["POST", "/v1/operator/cluster-probes", ({ body }) => {
    if (body.host.startsWith("away")) throw new Refusal(503, "Unavailable", `${body.host} does not answer on port ${body.port}.`);
    if (!/^[A-Za-z0-9.-]+$/.test(body.host)) throw invalid("host", "use a host name or an address, an IPv6 address in brackets; no https:// and no path");
    return [200, { host: body.host, port: body.port, fingerprint: PRINT }];
  }],
  ["POST", "/v1/operator/cluster-checks", ({ body }) => {
    if (body.token_secret === "revoked") throw invalid("token_secret", "The cluster does not accept this token: Authentication failed!.");
    return [200, survey(body.addresses, body.mapping)];
  }],
  ["GET", "/v1/operator/clusters", ({ query }) => [200, page(clusters, query)]],
  ["POST", "/v1/operator/clusters", ({ body }) => {
    if (clusters.some((each) => each.name === body.name)) throw new Refusal(409, "Conflict", "", [{ field: "name", message: "a node has this name already" }]);
    const { token_secret: _, ...shown } = body;
    const made = { ...shown, id: newId("clu"), kind: "proxmox", source: "enrolled", version: 1, created_at: ago(0), updated_at: ago(0), node: null };
    clusters.push(made);
    return [201, made];
  }],
  ["GET", "/v1/operator/clusters/:id", ({ id }) => [200, found(id)]],
  ["PATCH", "/v1/operator/clusters/:id", ({ id, body }) => {
    const { token_secret: _, version, ...shown } = body;
    if (version != null && version !== found(id).version) throw new Refusal(409, "Conflict", "Somebody has changed this cluster meanwhile. Look at it again.");
    return [200, Object.assign(found(id), shown, { version: found(id).version + 1, updated_at: ago(0) })];
  }],
  ["DELETE", "/v1/operator/clusters/:id", ({ id }) => {
    clusters.splice(clusters.indexOf(found(id)), 1);
    return [204, undefined];
  }],
  ["POST", "/v1/operator/clusters/:id/check", ({ id, body }) => [200, survey(found(id).addresses, body.mapping ?? found(id).mapping)]],
];
