// Checks that several forms share; the server makes the same ones again.
import { t } from "@lingui/core/macro";
import { SHORTEST_PASSWORD } from "./strength";

export const nonEmpty = (value: string, message: string): string | null => (value.trim() === "" ? message : null);

export function emailFault(value: string): string | null {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value.trim()) || /^[^\s@]+@localhost$/.test(value.trim())
    ? null
    : t`This is not a complete e-mail address, such as ada@example.org.`;
}

export function passwordFault(value: string): string | null {
  return value.length < SHORTEST_PASSWORD ? t`Use at least ${SHORTEST_PASSWORD} characters.` : null;
}

/** RFC 1123 label: what a machine can call itself. */
export function hostnameFault(value: string): string | null {
  const name = value.trim();
  if (name === "") return t`Give the machine a hostname.`;
  if (name.length > 63) return t`A hostname has at most 63 characters.`;
  return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) ? null : t`Use small letters, digits and hyphens, and begin and end with a letter or digit.`;
}

export function countryFault(value: string): string | null {
  return /^[A-Za-z]{2}$/.test(value.trim()) ? null : t`Use the two-letter country code, such as DE or JP.`;
}
