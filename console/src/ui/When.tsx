// An instant in the viewer's own zone, with UTC on hover and for copying machines.
import { Tooltip, type TooltipProps } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { useState } from "react";
import { formatAgo, formatDate, formatElapsed, formatTime, formatUtc } from "./format";

/** A finger has nothing to hover with. */
const EVENTS: TooltipProps["events"] = { hover: true, focus: true, touch: true };

export function When({ at, dateOnly }: { at: string; dateOnly?: boolean }) {
  return (
    <Tooltip label={formatUtc(at)} events={EVENTS}>
      <time dateTime={at} className="nowrap tabular">
        {dateOnly ? formatDate(at) : formatTime(at)}
      </time>
    </Tooltip>
  );
}

const INSTANT = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)/;

/** A text of the program with its instants for people. */
export function Timed({ text }: { text: string }) {
  return text.split(INSTANT).map((part, index) => (INSTANT.test(part) ? <When key={index} at={part} /> : part));
}

export function Ago({ at }: { at: string }) {
  const now = useNow(30_000);
  return (
    <Tooltip label={`${formatTime(at)} · ${formatUtc(at)}`} events={EVENTS}>
      <time dateTime={at} className="nowrap">
        {formatAgo(at, now)}
      </time>
    </Tooltip>
  );
}

/** Time from start to end, or running on while there is no end. */
export function Elapsed({ from, to }: { from: string; to: string | null | undefined }) {
  const now = useNow(to ? 3_600_000 : 200);
  const end = to ? new Date(to).getTime() : now;
  return <span className="tabular nowrap">{formatElapsed(end - new Date(from).getTime())}</span>;
}

export function useNow(every: number): number {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), every, { autoInvoke: true });
  return now;
}
