// One deliberate act on something: run it, refresh what it changed, say how it went. A refusal is shown where it was tried.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { notifyDone } from "./notify";
import { clearRefusal, showRefusal } from "./refusal";

interface Action<V> {
  run: (value: V) => Promise<unknown>;
  /** First parts of the query keys to read again. */
  refresh: readonly string[];
  said?: string | undefined;
  then?: () => void;
}

export function useAction<V = void>({ run, refresh, said, then }: Action<V>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: run,
    onMutate: clearRefusal,
    onSuccess: async () => {
      await Promise.all(refresh.map((key) => cache.invalidateQueries({ queryKey: [key] })));
      if (said !== undefined) notifyDone(said);
      then?.();
    },
    onError: showRefusal,
  });
}
