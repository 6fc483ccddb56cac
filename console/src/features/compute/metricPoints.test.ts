import { expect, test } from "vitest";
import type { Metrics } from "../../api/types";
import { columnsOf, formatFigure, pointsOf, summaryOf } from "./metricPoints";

const metrics: Metrics = {
  instance_id: "vm_1",
  from: "2026-03-01T10:00:00Z",
  to: "2026-03-01T10:03:00Z",
  step: 60,
  memory_total_bytes: 1_073_741_824,
  at: ["2026-03-01T10:00:00Z", "2026-03-01T10:01:00Z", "2026-03-01T10:02:00Z"],
  series: {
    cpu_percent: [4.25, null, 50],
    memory_bytes: [104_857_600, null, 209_715_200],
    disk_read: [0, null, 1_500],
    disk_written: [10, null, 20],
    received: [1, null, 2],
    sent: [3, null, 4],
  },
};

test("a gap stays a gap in the chart and is left out of the table", () => {
  expect(columnsOf(metrics, "memory")).toEqual([[1_772_359_200, 1_772_359_260, 1_772_359_320], [100, null, 200]]);
  expect(columnsOf(metrics, "disk").slice(1)).toEqual([[0, null, 1_500], [10, null, 20]]);
  expect(pointsOf(metrics).map((point) => [point.at, point.figures.sent])).toEqual([["2026-03-01T10:02:00Z", 4], ["2026-03-01T10:00:00Z", 3]]);
});

test("a line is told in words, and one without figures is not", () => {
  expect(summaryOf(metrics.series.cpu_percent)).toEqual({ newest: 50, least: 4.25, most: 50 });
  expect(summaryOf([null, null])).toBeNull();
});

test("figures have their units", () => {
  expect(formatFigure("cpu", 4.25)).toBe("4.3\u00a0%");
  expect(formatFigure("memory", 209_715_200)).toBe("200 MiB");
  expect(formatFigure("network", 1_500)).toBe("1.5 kB/s");
});
