// Everything that the console keeps in the browser. The names are those of storage.json, which the data map's lint
// reads; nothing else in the console may touch the browser's storage, and the linter of this code sees to that.
import { isMantineColorScheme, type MantineColorScheme, type MantineColorSchemeManager } from "@mantine/core";

export const COLOUR_SCHEME = "fairhold-colour-scheme";
export const PROJECT = "fairhold-project";

/** The project that the pages of this tab are about. */
export const tabProject = {
  get: (): string | null => window.sessionStorage.getItem(PROJECT),
  set: (project: string): void => window.sessionStorage.setItem(PROJECT, project),
};

/** A preference is kept only after a yes to functionality; until the answer is known nothing is written. */
let allowed = false;
/** What was chosen in this page, so that a yes that comes later can still keep it. */
let chosen: MantineColorScheme | null = null;
let listener: ((event: StorageEvent) => void) | null = null;

export const colourScheme: MantineColorSchemeManager = {
  get: (fallback) => {
    const kept = window.localStorage.getItem(COLOUR_SCHEME);
    return isMantineColorScheme(kept) ? kept : fallback;
  },
  set: (scheme) => {
    chosen = scheme;
    if (allowed) window.localStorage.setItem(COLOUR_SCHEME, scheme);
  },
  subscribe: (onUpdate) => {
    listener = (event) => {
      if (event.key === COLOUR_SCHEME && isMantineColorScheme(event.newValue)) onUpdate(event.newValue);
    };
    window.addEventListener("storage", listener);
  },
  unsubscribe: () => {
    if (listener !== null) window.removeEventListener("storage", listener);
    listener = null;
  },
  clear: () => window.localStorage.removeItem(COLOUR_SCHEME),
};

export function preferencesAreKept(): boolean {
  return allowed;
}

/** Takes over the answer about functionality: a no removes what was kept. */
export function keepPreferences(yes: boolean): void {
  allowed = yes;
  if (!yes) window.localStorage.removeItem(COLOUR_SCHEME);
  else if (chosen !== null) window.localStorage.setItem(COLOUR_SCHEME, chosen);
}
