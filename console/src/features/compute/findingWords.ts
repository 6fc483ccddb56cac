// What kinds of findings are called, and how much each matters.
import { t } from "@lingui/core/macro";
import type { Finding, FindingOffer } from "../../api/types";
import type { Look } from "../../ui/State";

export function findingText(kind: Finding["kind"]): string {
  switch (kind) {
    case "node_unreachable":
      return t`Hypervisor does not answer`;
    case "certificate_changed":
      return t`Another certificate`;
    case "token_refused":
      return t`Token is not accepted`;
    case "guest_gone":
      return t`Guest is gone`;
    case "orphan_guest":
      return t`Guest without a machine`;
    case "orphan_disk":
      return t`Disk that nobody knows`;
    case "disk_gone":
      return t`Disk is gone`;
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
  return kind === "node_unreachable" || kind === "certificate_changed" || kind === "token_refused" || kind === "guest_gone" || kind === "disk_gone"
    ? { text: t`Machines are affected`, tone: "bad", icon: "cross" }
    : { text: t`Needs a look`, tone: "warn", icon: "warning" };
}

/** What the finding's reference is. */
export function referenceText(finding: Finding): string {
  if (finding.kind === "certificate_changed") return t`Address`;
  if (finding.kind === "orphan_disk" || finding.kind === "disk_gone") return t`Disk`;
  return finding.instance_id == null ? t`Guest` : t`Machine`;
}

/** What has to be typed. A fingerprint is not shown again there: it is to be read at the node. */
export function confirmText(offer: FindingOffer): string {
  return offer.repair === "accept_certificate" ? t`Fingerprint, as the node shows it` : t`Type ${offer.confirm ?? ""} to confirm`;
}
