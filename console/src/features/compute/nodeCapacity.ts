// How full a node is, in one line.
import { t } from "@lingui/core/macro";
import type { Node } from "../../api/types";
import { formatMemory } from "../../ui/format";

export function nodeCapacity(node: Node): string {
  const memory = t`${formatMemory(node.memory_used_mib)} of ${formatMemory(node.memory_mib)} memory`;
  return `${memory} · ${t`${node.disk_used_gib} of ${node.disk_gib} GiB disk`} · ${t`machines: ${node.instances}`}`;
}
