// covers: 77, 94
import { storageKey } from "@tanstack/router-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import list from "./storage.json";
import { COLOUR_SCHEME, colourScheme, keepPreferences, PROJECT } from "./storage";

const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  vi.stubGlobal("window", {
    localStorage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
      removeItem: (key: string) => kept.delete(key),
    },
  });
});
afterEach(() => vi.unstubAllGlobals());

test("the list holds every name that the console and its router store under, and no other", () => {
  expect(list.map((each) => each.name).sort()).toEqual([COLOUR_SCHEME, PROJECT, storageKey].sort());
});

test("a preference is kept only after it was set and allowed", () => {
  keepPreferences(true);
  expect(kept.size).toBe(0);
  colourScheme.set("dark");
  expect(kept.get(COLOUR_SCHEME)).toBe("dark");
  expect(colourScheme.get("auto")).toBe("dark");
});

test("without a yes the choice lasts as long as the page and the next one follows the system", () => {
  keepPreferences(false);
  colourScheme.set("dark");
  expect(kept.size).toBe(0);
  expect(colourScheme.get("auto")).toBe("auto");
});

test("a no that comes later removes what was kept", () => {
  keepPreferences(true);
  colourScheme.set("dark");
  keepPreferences(false);
  expect(kept.size).toBe(0);
});
