// What a node has, and how much of it is taken, in one line.
import { t } from "@lingui/core/macro";
import type { Node } from "../../api/types";
import { formatMemory } from "../../ui/format";

export function nodeCapacity(node: Node): string {
  const memory = t`${formatMemory(node.memory_used_mib)} of ${formatMemory(node.memory_mib)} memory`;
  const disk = t`${formatMemory(node.disk_used_gib * 1024)} of ${formatMemory(node.disk_gib * 1024)} disk`;
  return [t`${node.cpus_used} of ${node.cpus} CPU in use`, memory, disk].join(" · ");
}
