// What kinds of findings are called, and how much each matters.
import { t } from "@lingui/core/macro";
import type { Finding } from "../../api/types";
import type { Look } from "../../ui/State";

export function findingText(kind: Finding["kind"]): string {
  switch (kind) {
    case "node_unreachable":
      return t`Hypervisor does not answer`;
    case "guest_gone":
      return t`Guest is gone`;
    case "orphan_guest":
      return t`Guest without a machine`;
    case "orphan_machine":
      return t`Machine without a guest`;
    case "state_differs":
      return t`Another state`;
    case "shape_differs":
      return t`Another size`;
    case "stuck":
      return t`Takes too long`;
    default:
      return kind;
  }
}

export function findingLook(kind: Finding["kind"]): Look {
  return kind === "node_unreachable" || kind === "guest_gone"
    ? { text: t`Machines are affected`, tone: "bad", icon: "cross" }
    : { text: t`Needs a look`, tone: "warn", icon: "warning" };
}
