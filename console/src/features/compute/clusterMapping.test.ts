import { expect, test } from "vitest";
import { mappingOf, mappingValues } from "./clusterMapping";

const MAPPING = {
  ids: { start: 5000, end: 5999 },
  nodes: ["pve1"],
  storage: "local-lvm",
  backup_storage: "backups",
  images: "local",
  network: { bridge: "vmbr0", vlan: 7, addresses: { first: "10.0.1.1", prefix: 16, gateway: "10.0.0.1", nameservers: ["10.0.0.2"] }, ipv6: { block: "2001:db8:20:1::/64", gateway: "fe80::1" } },
  private: { zone: "tenants", tags: { start: 1000, end: 1999 } },
  pseudonyms: true,
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
    network: { bridge: "vmbr0", vlan: null, addresses: null, ipv6: null },
    private: null,
    pseudonyms: false,
    pool: null,
    templates: { debian: { kind: "clone", vmid: 9000 } },
  });
});

test("IPv6 stands beside addresses of either kind", () => {
  const values = { ...mappingValues(MAPPING), fixed: false, block: " 2001:db8::/64 ", gateway6: " 2001:db8::1 " };
  expect(mappingOf(values, MAPPING).network).toEqual({ bridge: "vmbr0", vlan: 7, addresses: null, ipv6: { block: "2001:db8::/64", gateway: "2001:db8::1" } });
  expect(mappingOf({ ...values, six: false }, MAPPING).network).toEqual({ bridge: "vmbr0", vlan: 7, addresses: null, ipv6: null });
});

test("a zone without tags has none, and without a zone nothing is said of tags", () => {
  const values = mappingValues(MAPPING);
  expect(mappingOf({ ...values, zone: "simple1", tags_start: " " }, MAPPING).private).toEqual({ zone: "simple1", tags: null });
  expect(mappingOf({ ...values, zone: "" }, MAPPING).private).toBeNull();
  expect(mappingValues({ ...MAPPING, private: { zone: "simple1", tags: null } })).toMatchObject({ zone: "simple1", tags_start: "", tags_end: "" });
});

test("another template of the same name does not keep what was said of the old one", () => {
  const values = mappingValues(MAPPING);
  const changed = mappingOf({ ...values, templates: [{ name: "debian", source: "vm:9001" }] }, MAPPING);
  expect(changed.templates).toEqual({ debian: { kind: "clone", vmid: 9001 } });
});
