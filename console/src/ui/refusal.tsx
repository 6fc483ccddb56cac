// Where a refused act says so: in the dialog that it was tried in, otherwise at the head of its page.
// It goes with that place, or when something is tried again; nothing is left over on the next page.
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { type ApiProblem, asProblem } from "../api/problem";
import { ProblemAlert } from "./ProblemView";

interface Refusal {
  place: symbol;
  problem: ApiProblem;
}

/** The places on the screen, the innermost last: a dialog opens after the page that it stands on. */
const places: symbol[] = [];
const listeners = new Set<() => void>();
let present: Refusal | null = null;

function put(refusal: Refusal | null): void {
  if (refusal === present) return;
  present = refusal;
  listeners.forEach((tell) => tell());
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

const read = (): Refusal | null => present;

/** Says in the innermost place that something was refused. */
export function showRefusal(error: unknown): void {
  const place = places.at(-1);
  if (place !== undefined) put({ place, problem: asProblem(error) });
}

export const clearRefusal = (): void => put(null);

/** A place for refusals. `page` is the address that they are about: on the next one they are gone. */
export function RefusalPlace({ page }: { page?: string }) {
  const [place] = useState(() => Symbol("place"));
  const refusal = useSyncExternalStore(subscribe, read);
  const frame = useRef<HTMLDivElement>(null);
  const mine = refusal?.place === place ? refusal.problem : null;

  useEffect(() => {
    places.push(place);
    return () => {
      places.splice(places.indexOf(place), 1);
      if (present?.place === place) clearRefusal();
    };
  }, [place, page]);

  // What was pressed may be far from here.
  useEffect(() => {
    if (mine !== null) frame.current?.scrollIntoView({ block: "nearest" });
  }, [mine]);

  if (mine === null) return null;
  return (
    <div ref={frame} className="refusal">
      <ProblemAlert problem={mine} general={mine.errors.map(({ message }) => message)} />
    </div>
  );
}
