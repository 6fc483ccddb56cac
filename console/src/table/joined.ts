// Joins the pages of a list for a table.
import type { UseSuspenseInfiniteQueryResult, InfiniteData } from "@tanstack/react-query";
import type { Page } from "../api/queries";

export function joined<T>(result: UseSuspenseInfiniteQueryResult<InfiniteData<Page<T>>>) {
  return {
    rows: result.data.pages.flatMap((page) => page.items),
    more: { has: result.hasNextPage, busy: result.isFetchingNextPage, load: () => void result.fetchNextPage() },
  };
}
