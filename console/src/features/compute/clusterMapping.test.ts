import { expect, test } from "vitest";
import { mappingOf, mappingValues } from "./clusterMapping";

const MAPPING = {
  ids: { start: 5000, end: 5999 },
  nodes: ["pve1"],
  storage: "local-lvm",
  backup_storage: "backups",
  images: "local",
  network: { bridge: "vmbr0", vlan: 7, addresses: { first: "10.0.1.1", prefix: 16, gateway: "10.0.0.1", nameservers: ["10.0.0.2"] } },
  pool: "fairhold",
  templates: {
    debian: { kind: "clone", vmid: 9000, full: true },
    tiny: { kind: "import", volume: "local:import/tiny.qcow2" },
    box: { kind: "container", volume: "local:vztmpl/box.tar.zst" },
  },
  calls_per_second: 20,
};

test("a mapping that is shown and sent back is the same", () => {
  expect(mappingOf(mappingValues(MAPPING), MAPPING)).toEqual(MAPPING);
});

test("what is left out is said to be absent", () => {
  const values = { ...mappingValues(), storage: "local-lvm", bridge: "vmbr0", templates: [{ name: " debian ", source: "vm:9000" }] };
  expect(mappingOf(values)).toEqual({
    ids: { start: 100_000, end: 165_000 },
    nodes: [],
    storage: "local-lvm",
    backup_storage: null,
    images: null,
    network: { bridge: "vmbr0", vlan: null, addresses: null },
    pool: null,
    templates: { debian: { kind: "clone", vmid: 9000 } },
  });
});

test("another template of the same name does not keep what was said of the old one", () => {
  const values = mappingValues(MAPPING);
  const changed = mappingOf({ ...values, templates: [{ name: "debian", source: "vm:9001" }] }, MAPPING);
  expect(changed.templates).toEqual({ debian: { kind: "clone", vmid: 9001 } });
});
