// Requests in words: their kinds, states and what decides about their deadline.
import { t } from "@lingui/core/macro";
import type { RightsRequest } from "../../api/types";
import type { IconName } from "../../ui/Icon";

type Kind = RightsRequest["kind"];

export function kindText(kind: Kind): string {
  switch (kind) {
    case "access":
      return t`A copy of my data`;
    case "portability":
      return t`My data, to take elsewhere`;
    case "rectification":
      return t`Something put right`;
    case "erasure":
      return t`Erasure by the operator`;
    case "restriction":
      return t`Restriction of use`;
    case "objection":
      return t`An objection`;
    case "complaint":
      return t`A complaint`;
    case "enquiry":
      return t`A question`;
    default:
      return kind;
  }
}

export function fieldText(field: string): string {
  switch (field) {
    case "name":
      return t`Name`;
    case "legal_name":
      return t`Legal name on invoices`;
    case "address":
      return t`Address on invoices`;
    case "country":
      return t`Country on invoices`;
    case "tax_id":
      return t`Tax number`;
    default:
      return field;
  }
}

export function requestLook(request: RightsRequest): { text: string; tone: "good" | "busy" | "warn" | "bad" | "idle"; icon: IconName } {
  switch (request.state) {
    case "open":
      return request.overdue ? { text: t`Overdue`, tone: "bad", icon: "warning" } : { text: t`Waits for an answer`, tone: "busy", icon: "wait" };
    case "extended":
      return request.overdue ? { text: t`Overdue`, tone: "bad", icon: "warning" } : { text: t`Needs more time`, tone: "warn", icon: "wait" };
    case "done":
      return { text: t`Done`, tone: "good", icon: "check" };
    case "refused":
      return { text: t`Refused`, tone: "bad", icon: "cross" };
    case "withdrawn":
      return { text: t`Taken back`, tone: "idle", icon: "undo" };
    default:
      return { text: request.state, tone: "idle", icon: "dash" };
  }
}

/** A deadline is the first instant that is too late; people name the last good one. */
export const lastMoment = (due: string): string => new Date(Date.parse(due) - 60_000).toISOString();
