// The query cache and the two kinds of query that every page uses: one thing, or a list read page by page.
import { infiniteQueryOptions, QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./problem";

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      // A refusal stays a refusal; only a missing or overloaded server is worth asking again.
      retry: (count, error) => count < 2 && error instanceof ApiProblem && (error.status === 0 || error.status === 503),
    },
    mutations: { retry: false },
  },
});

export interface Page<T> {
  items: T[];
  next?: string | null;
}

/** A list as a whole, for finding something in it; what lies beyond `most` is left to the pages. */
export async function gathered<T>(load: (after: string | undefined) => Promise<Page<T>>, most = 1_000): Promise<T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const page = await load(after);
    items.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined && items.length < most);
  return items;
}

/** A list by keyset pages; `after` is the cursor of the page before. */
export function pages<T>(key: readonly string[], load: (after: string | undefined) => Promise<Page<T>>, refetchEvery?: number) {
  return infiniteQueryOptions({
    queryKey: [...key, "pages"],
    queryFn: ({ pageParam }: { pageParam: string | null }) => load(pageParam ?? undefined),
    initialPageParam: null,
    getNextPageParam: (last: Page<T>): string | null => last.next ?? null,
    ...(refetchEvery === undefined ? {} : { refetchInterval: refetchEvery }),
  });
}
