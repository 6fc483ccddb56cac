// Countries and states in the viewer's language.
import { t } from "@lingui/core/macro";

const names = new Intl.DisplayNames(undefined, { type: "region" });

export function placeText(code: string): string {
  const [country = code, state] = code.split("-");
  const name = names.of(country) ?? code;
  if (state === undefined) return name;
  if (code === "US-CA") return t`${name}, California`;
  if (code === "CA-QC") return t`${name}, Quebec`;
  return `${name}, ${state}`;
}
