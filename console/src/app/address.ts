// What the address of a page says: the id of the one thing shown, and the state that a reload must keep.
import { notFound, useParams, useSearch } from "@tanstack/react-router";

/** A text field of something of unknown shape. */
export function textOf(source: unknown, name: string): string | undefined {
  if (typeof source !== "object" || source === null) return undefined;
  const value: unknown = Reflect.get(source, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function useId(): string {
  const params: unknown = useParams({ strict: false });
  const id = textOf(params, "id");
  if (id === undefined) throw notFound();
  return id;
}

export function useSearchText(name: "next" | "tab" | "export" | "last" | "backup" | "image" | "tag"): string | undefined {
  const search: unknown = useSearch({ strict: false });
  return textOf(search, name);
}
