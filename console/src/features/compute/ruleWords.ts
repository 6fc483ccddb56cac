// Rules in sentences, and between what is typed and what the API takes.
import { t } from "@lingui/core/macro";
import type { SecurityRule } from "../../api/types";
import type { DraftRule } from "./SecurityRules";

export function ruleInWords({ direction, protocol, ports, peer }: SecurityRule): string {
  const range = ports == null ? "" : ports.from === ports.to ? ` ${String(ports.from)}` : ` ${String(ports.from)}–${String(ports.to)}`;
  const what = `${protocol === "any" ? t`Everything` : protocol.toUpperCase()}${range}`;
  const other = peer ?? t`everyone`;
  return direction === "inbound" ? t`${what} from ${other}` : t`${what} to ${other}`;
}

export function draftOf({ direction, protocol, ports, peer }: SecurityRule): DraftRule {
  const text = ports == null ? "" : ports.from === ports.to ? String(ports.from) : `${String(ports.from)}-${String(ports.to)}`;
  return { direction, protocol, ports: text, peer: peer ?? "" };
}

/** The rules as the API takes them, or the number of the first one whose ports cannot be read. */
export function rulesOf(drafts: readonly DraftRule[]): SecurityRule[] | number {
  const rules: SecurityRule[] = [];
  for (const [index, { direction, protocol, ports, peer }] of drafts.entries()) {
    const found = /^\s*(\d{1,5})(?:\s*[-–]\s*(\d{1,5}))?\s*$/.exec(ports);
    const hasPorts = (protocol === "tcp" || protocol === "udp") && ports.trim() !== "";
    if (hasPorts && found === null) return index + 1;
    const from = Number(found?.[1]);
    const range = hasPorts ? { from, to: found?.[2] === undefined ? from : Number(found[2]) } : null;
    rules.push({ direction, protocol, ports: range, peer: peer.trim() === "" ? null : peer.trim() });
  }
  return rules;
}
