// One chart over time: a canvas that follows its width, the colours of the theme, and the pointer. What it says is also told in words by its owner.
import { useComputedColorScheme } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Metrics } from "../../api/types";
import { formatBytes, formatMemory, formatTime } from "../../ui/format";
import { type ChartName, columnsOf, formatFigure } from "./metricPoints";

const HEIGHT = 190;
const DAY = 86_400;
/** Steps of the memory axis in MiB, so that its labels are round in GiB too. */
const MEMORY_STEPS = [16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536];
const MIB = 1_048_576;

interface MetricChartProps {
  chart: ChartName;
  metrics: Metrics;
  /** The names of its lines, in their order. */
  lines: readonly string[];
  /** What it shows, in words. */
  label: string;
}

export function MetricChart({ chart, metrics, lines, label }: MetricChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const drawn = useRef<UPlot>(null);
  const scheme = useComputedColorScheme("light");
  const total = chart === "cpu" ? 100 : chart === "memory" ? metrics.memory_total_bytes / MIB : null;
  const long = Date.parse(metrics.to) - Date.parse(metrics.from) > DAY * 1_500;
  const names = lines.join("\n");

  useEffect(() => {
    const place = holder.current;
    if (place === null) return undefined;
    const style = getComputedStyle(place);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const strokes = [colour("--mantine-color-anchor"), colour("--keep-warn")];
    const axis = { stroke: colour("--mantine-color-dimmed"), grid: { stroke: colour("--keep-line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const time = new Intl.DateTimeFormat(navigator.language, long ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" });
    const scale = chart === "memory" ? MIB : 1;
    const plot = new UPlot(
      {
        width: place.clientWidth,
        height: HEIGHT,
        padding: [8, 8, 0, 0],
        cursor: { sync: { key: "metrics" }, drag: { x: false, y: false }, y: false },
        // A hypervisor may use more memory for a machine than the machine sees.
        scales: { y: { range: (_, __, most) => [0, total === null ? Math.max(most * 1.1, 1_000) : Math.max(total, most)] } },
        axes: [
          { ...axis, size: 30, space: 64, values: (_, splits) => splits.map((each) => time.format(each * 1_000)), ...(long && { incrs: [1, 2, 5, 7, 14].map((days) => days * DAY) }) },
          {
            ...axis,
            size: 72,
            ...(chart === "memory" && { incrs: MEMORY_STEPS }),
            values: (_, splits) => splits.map((each) => (chart === "cpu" ? `${each} %` : chart === "memory" ? formatMemory(each) : formatBytes(each).replace(".0 ", " "))),
          },
        ],
        series: [
          { label: t`Time`, value: (_, at) => (at == null ? "–" : formatTime(new Date(at * 1_000).toISOString())) },
          ...names.split("\n").map((name, index) => ({
            label: name,
            stroke: strokes[index] ?? "",
            width: 1.75,
            ...(index > 0 && { dash: [5, 4] }),
            ...(index === 0 && { fill: `color-mix(in srgb, ${strokes[0] ?? ""} 12%, transparent)` }),
            value: (_: UPlot, value: number | null) => (value == null ? "–" : formatFigure(chart, value * scale)),
          })),
        ],
      },
      [[]],
      place,
    );
    drawn.current = plot;
    const resized = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
    resized.observe(place);
    return () => {
      resized.disconnect();
      plot.destroy();
      drawn.current = null;
    };
  }, [chart, names, scheme, total, long]);

  useEffect(() => drawn.current?.setData(columnsOf(metrics, chart)), [metrics, chart, names, scheme, total, long]);

  return <div className="chart" ref={holder} role="img" aria-label={label} />;
}
