// Roles, browsers and outcomes of sign-ins in words.
import { t } from "@lingui/core/macro";
import type { Role, SignIn } from "../../api/types";

export const ROLES: readonly Role[] = ["owner", "admin", "member", "billing", "viewer"];

export function roleName(role: Role): string {
  switch (role) {
    case "owner":
      return t`Owner`;
    case "admin":
      return t`Admin`;
    case "member":
      return t`Member`;
    case "billing":
      return t`Billing`;
    case "viewer":
      return t`Read-only`;
  }
}

export function roleMeans(role: Role): string {
  switch (role) {
    case "owner":
      return t`Everything, handing the organisation over included.`;
    case "admin":
      return t`Runs projects, pays, and manages everybody but owners.`;
    case "member":
      return t`Orders and runs machines.`;
    case "billing":
      return t`Looks at everything, pays, and keeps the billing details.`;
    case "viewer":
      return t`Looks at everything and changes nothing.`;
  }
}

/** Whether somebody with one role decides about members with another; the server decides the same. */
export function rules(own: Role, other: Role): boolean {
  return own === "owner" || (own === "admin" && other !== "owner");
}

const SYSTEMS = { windows: "Windows", macos: "macOS", linux: "Linux", chromeos: "ChromeOS", android: "Android", ios: "iOS" } as const;

/** A browser in few words: all that is kept of it. */
export function deviceName(seen: Pick<SignIn, "browser" | "system">): string {
  const system = seen.system == null || seen.system === "other" ? undefined : SYSTEMS[seen.system];
  return [seen.browser ?? undefined, system].filter((part) => part !== undefined).join(" · ") || t`Unknown browser`;
}
