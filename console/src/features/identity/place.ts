// The project that pages are about: one of those that the person belongs to, remembered by this tab.
import { useSuspenseQuery } from "@tanstack/react-query";
import { rememberPlace } from "../../api/client";
import { queries } from "../../api/queries";
import type { Me, Membership } from "../../api/types";
import { tabProject } from "../../storage";
import { meQuery } from "./api";

export interface Chosen {
  organisation: Membership;
  project: Membership["projects"][number];
}

/** What was chosen last, while it is still there; else the first that there is. */
export function chosenOf(me: Me): Chosen | null {
  const remembered = tabProject.get();
  const all = me.organisations.flatMap((organisation) => organisation.projects.map((project) => ({ organisation, project })));
  return all.find((each) => each.project.id === remembered) ?? all[0] ?? null;
}

/** Every request from now on is about what `me` chose. */
export function settle(me: Me): void {
  const chosen = chosenOf(me);
  rememberPlace(chosen === null ? null : { organisation: chosen.organisation.id, project: chosen.project.id });
}

/** Goes to another project: what was read about the one before is forgotten. */
export async function choose(project: string): Promise<void> {
  tabProject.set(project);
  await queries.cancelQueries();
  const me = queries.getQueryData(meQuery.queryKey);
  if (me !== undefined) settle(me);
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "me" });
  await queries.invalidateQueries({ queryKey: ["me"] });
}

export function useChosen(): Chosen | null {
  return chosenOf(useSuspenseQuery(meQuery).data);
}
