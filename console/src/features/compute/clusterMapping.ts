// What of a cluster is ours, as a form holds it and as the API takes it. What the form does not show is kept as it was.
import type { Cluster } from "../../api/types";

export type Mapping = Cluster["mapping"];

export interface TemplateRow {
  name: string;
  /** `vm:9000` for a guest that was made a template, `image:…` or `container:…` for a volume. */
  source: string;
}

export interface MappingValues extends Record<string, unknown> {
  ids_start: number;
  ids_end: number;
  storage: string;
  backup_storage: string;
  images: string;
  bridge: string;
  vlan: string;
  fixed: boolean;
  first: string;
  prefix: number;
  gateway: string;
  nameservers: string;
  /** Whether machines have IPv6 addresses of a block that is ours. */
  six: boolean;
  block: string;
  gateway6: string;
  /** The zone of private networks; empty where there are none. */
  zone: string;
  /** Its tags that are ours, from first to last; empty for a zone without tags. */
  tags_start: string;
  tags_end: string;
  /** Whether machines are called by their ids there. */
  pseudonyms: boolean;
  pool: string;
  nodes: string[];
  templates: TemplateRow[];
}

export const MAPPING_FIELDS = ["ids_start", "ids_end", "storage", "bridge", "first", "gateway", "block", "gateway6", "tags_start", "tags_end", "templates"] as const;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const inside = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);
const text = (value: unknown): string => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");
const number = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);

/** What a form begins with: the mapping in force, or a proposal. */
export function mappingValues(mapping: Mapping = {}): MappingValues {
  const addresses = inside(mapping.network, "addresses");
  const ipv6 = inside(mapping.network, "ipv6");
  const tags = inside(mapping.private, "tags");
  return {
    ids_start: number(inside(mapping.ids, "start"), 100_000),
    ids_end: number(inside(mapping.ids, "end"), 165_000),
    storage: text(mapping.storage),
    backup_storage: text(mapping.backup_storage),
    images: text(mapping.images),
    bridge: text(inside(mapping.network, "bridge")),
    vlan: text(inside(mapping.network, "vlan")),
    fixed: isObject(addresses),
    first: text(inside(addresses, "first")),
    prefix: number(inside(addresses, "prefix"), 15),
    gateway: text(inside(addresses, "gateway")),
    nameservers: texts(inside(addresses, "nameservers")).join(" "),
    six: isObject(ipv6),
    block: text(inside(ipv6, "block")),
    gateway6: text(inside(ipv6, "gateway")),
    zone: text(inside(mapping.private, "zone")),
    tags_start: isObject(mapping.private) ? text(inside(tags, "start")) : "1000",
    tags_end: isObject(mapping.private) ? text(inside(tags, "end")) : "1999",
    pseudonyms: mapping.pseudonyms === true,
    pool: text(mapping.pool),
    nodes: texts(mapping.nodes),
    templates: isObject(mapping.templates) ? Object.entries(mapping.templates).map(([name, origin]) => ({ name, source: sourceOf(origin) })) : [],
  };
}

function sourceOf(origin: unknown): string {
  if (inside(origin, "kind") === "clone") return `vm:${text(inside(origin, "vmid"))}`;
  return `${inside(origin, "kind") === "container" ? "container" : "image"}:${text(inside(origin, "volume"))}`;
}

function originOf(source: string, before: unknown): Record<string, unknown> {
  const [kind = "", ...rest] = source.split(":");
  const volume = rest.join(":");
  if (kind === "container") return { kind: "container", volume };
  if (kind === "image") return { kind: "import", volume };
  const vmid = Number(volume);
  return inside(before, "vmid") === vmid ? { ...(isObject(before) ? before : {}), kind: "clone", vmid } : { kind: "clone", vmid };
}

/** The document that the API takes. `before` is the mapping in force, whose other keys stay. */
export function mappingOf(values: MappingValues, before: Mapping = {}): Mapping {
  const words = values.nameservers.split(/[\s,]+/).filter((word) => word !== "");
  const vlan = values.vlan.trim() === "" ? null : Number(values.vlan);
  const addresses = values.fixed ? { first: values.first.trim(), prefix: values.prefix, gateway: values.gateway.trim(), nameservers: words } : null;
  const ipv6 = values.six ? { block: values.block.trim(), gateway: values.gateway6.trim() } : null;
  const tags = values.tags_start.trim() === "" ? null : { start: Number(values.tags_start), end: Number(values.tags_end) };
  const known = isObject(before.templates) ? before.templates : {};
  return {
    ...before,
    ids: { start: values.ids_start, end: values.ids_end },
    storage: values.storage,
    backup_storage: values.backup_storage === "" ? null : values.backup_storage,
    images: values.images === "" ? null : values.images,
    network: { bridge: values.bridge, vlan, addresses, ipv6 },
    private: values.zone === "" ? null : { zone: values.zone, tags },
    pseudonyms: values.pseudonyms,
    pool: values.pool === "" ? null : values.pool,
    nodes: values.nodes,
    templates: Object.fromEntries(values.templates.map(({ name, source }) => [name.trim(), originOf(source, known[name.trim()])])),
  };
}
