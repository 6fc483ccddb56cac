// What a node has, in one line; a figure it has not reported yet is left out.
import { t } from "@lingui/core/macro";
import type { Node } from "../../api/types";
import { formatMemory } from "../../ui/format";

export function nodeCapacity(node: Node): string {
  const parts: string[] = [];
  if (node.cpus != null) parts.push(t`${node.cpus} CPU`);
  if (node.memory_mib != null) parts.push(t`${formatMemory(node.memory_mib)} memory`);
  if (node.disk_free_mib != null && node.disk_mib != null) parts.push(t`${formatMemory(node.disk_free_mib)} of ${formatMemory(node.disk_mib)} disk free`);
  return parts.length === 0 ? t`Its size is not known yet` : parts.join(" · ");
}
