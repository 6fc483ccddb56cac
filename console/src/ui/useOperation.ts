// Follows an operation live: server-sent events while they last, asking again when they do not. A reload loses nothing.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { inPlace } from "../api/client";
import type { Operation } from "../api/types";
import { operationQuery } from "../features/compute/api";
import { paths } from "../paths";

const ENDED = new Set<Operation["state"]>(["succeeded", "failed", "undone", "needs_operator"]);

export const hasEnded = (operation: Operation): boolean => ENDED.has(operation.state);

function isOperation(value: unknown): value is Operation {
  return typeof value === "object" && value !== null && "id" in value && "steps" in value && Array.isArray(value.steps);
}

export function useOperation(id: string | null | undefined, onEnd?: (operation: Operation) => void) {
  const cache = useQueryClient();
  const [live, setLive] = useState(false);
  const key = id ?? "";
  const query = useQuery({
    ...operationQuery(key),
    enabled: id != null,
    refetchInterval: ({ state }) => (live || (state.data !== undefined && hasEnded(state.data)) ? false : 2_000),
  });
  const operation = query.data;
  const ended = operation !== undefined && hasEnded(operation);

  useEffect(() => {
    if (id == null || ended) return undefined;
    const source = new EventSource(inPlace(paths.operationWatch(id)));
    source.onopen = () => setLive(true);
    source.onerror = () => setLive(false);
    source.addEventListener("operation", (event: MessageEvent<string>) => {
      const news: unknown = JSON.parse(event.data);
      if (isOperation(news)) cache.setQueryData(operationQuery(id).queryKey, news);
    });
    return () => {
      source.close();
      setLive(false);
    };
  }, [cache, id, ended]);

  useEffect(() => {
    if (ended && operation !== undefined) onEnd?.(operation);
    // Only the end itself counts, not a new callback of the page.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ended, operation?.id]);

  return { operation, error: query.error };
}
