// What the charts and the table of a machine's metrics are made from: four charts, their lines, and what they say in words.
import type { Metrics } from "../../api/types";
import { formatBytes, formatMemory } from "../../ui/format";

export type SeriesName = keyof Metrics["series"];
export type ChartName = "cpu" | "memory" | "disk" | "network";

export const CHARTS: Record<ChartName, readonly SeriesName[]> = {
  cpu: ["cpu_percent"],
  memory: ["memory_bytes"],
  disk: ["disk_read", "disk_written"],
  network: ["received", "sent"],
};

const MIB = 1_048_576;

/** A figure as people read it. */
export function formatFigure(chart: ChartName, value: number): string {
  if (chart === "cpu") return `${value.toFixed(value < 10 ? 1 : 0)}\u00a0%`;
  if (chart === "memory") return formatMemory(Math.round(value / MIB));
  return `${formatBytes(Math.round(value))}/s`;
}

export interface Summary {
  newest: number;
  least: number;
  most: number;
}

/** What a line says in words; null when it has no figures. */
export function summaryOf(values: readonly (number | null)[]): Summary | null {
  const known = values.filter((value) => value !== null);
  const newest = known.at(-1);
  return newest === undefined ? null : { newest, least: Math.min(...known), most: Math.max(...known) };
}

export interface Point {
  at: string;
  figures: Record<SeriesName, number | null>;
}

/** The points that have figures, newest first. */
export function pointsOf({ at, series }: Metrics): Point[] {
  const names = Object.values(CHARTS).flat();
  const points = at.map((each, index) => ({
    at: each,
    figures: { cpu_percent: null, memory_bytes: null, disk_read: null, disk_written: null, received: null, sent: null, ...Object.fromEntries(names.map((name) => [name, series[name][index] ?? null])) },
  }));
  return points.filter((point) => point.figures.cpu_percent !== null).reverse();
}

/** Seconds since 1970 and the values of each line, for the chart. */
export function columnsOf({ at, series }: Metrics, chart: ChartName): [number[], ...(number | null)[][]] {
  const scale = chart === "memory" ? MIB : 1;
  return [at.map((each) => Date.parse(each) / 1000), ...CHARTS[chart].map((name) => series[name].map((value) => (value == null ? null : value / scale)))];
}
