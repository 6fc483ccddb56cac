// The id in the address of a page about one thing.
import { notFound, useParams } from "@tanstack/react-router";

export function useId(): string {
  const { id } = useParams({ strict: false });
  if (id === undefined) throw notFound();
  return id;
}
