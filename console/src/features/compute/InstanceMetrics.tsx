// What a machine did: four charts over a time of choice, each told in words too, and all of it as a table.
import { Button, Group, Paper, SegmentedControl, Skeleton, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { asProblem } from "../../api/problem";
import type { Instance, Metrics } from "../../api/types";
import { useSearchText } from "../../app/address";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { Empty } from "../../ui/Empty";
import { ProblemAlert } from "../../ui/ProblemView";
import { When } from "../../ui/When";
import { instanceMetricsQuery, type MetricLast } from "./api";
import { MetricChart } from "./MetricChart";
import { CHARTS, type ChartName, formatFigure, pointsOf, type SeriesName, summaryOf } from "./metricPoints";

const RANGES: readonly MetricLast[] = ["1h", "6h", "24h", "7d", "30d"];
/** Rows that the table shows first, and adds at a time. */
const ROWS = 30;

export default function InstanceMetrics({ instance }: { instance: Instance }) {
  const navigate = useNavigate();
  const wanted = useSearchText("last");
  const last = RANGES.find((range) => range === wanted) ?? "6h";
  const { data, isError, error, isPlaceholderData } = useQuery(instanceMetricsQuery(instance.id, last));
  const [table, setTable] = useState(false);
  const choose = (range: string) => void navigate({ to: paths.instance(instance.id), search: { tab: "metrics", last: range }, replace: true });
  const texts: Record<MetricLast, string> = { "1h": t`1 hour`, "6h": t`6 hours`, "24h": t`24 hours`, "7d": t`7 days`, "30d": t`30 days` };
  return (
    <Stack>
      <Group justify="space-between">
        <SegmentedControl aria-label={t`Time shown`} size="xs" value={last} onChange={choose} data={RANGES.map((value) => ({ value, label: texts[value] }))} />
        <Button variant="default" size="xs" aria-pressed={table} onClick={() => setTable(!table)}>
          {table ? <Trans>Show charts</Trans> : <Trans>Show as a table</Trans>}
        </Button>
      </Group>
      {isError && <ProblemAlert problem={asProblem(error)} />}
      {data === undefined ? !isError && <Skeleton height={320} /> : <Shown instance={instance} metrics={data} table={table} busy={isPlaceholderData} />}
    </Stack>
  );
}

function Shown({ instance, metrics, table, busy }: { instance: Instance; metrics: Metrics; table: boolean; busy: boolean }) {
  const empty = Object.values(metrics.series).every((values) => values.every((value) => value == null));
  if (empty) {
    return (
      <Paper>
        <Empty icon="usage" title={t`No figures in this time`}>
          <Text c="dimmed" maw={420}>
            {instance.state === "running" ? (
              <Trans>The machine is measured every minute. The first point appears about two minutes after it was started.</Trans>
            ) : (
              <Trans>Only a machine that runs is measured. Start it, or choose a longer time.</Trans>
            )}
          </Text>
        </Empty>
      </Paper>
    );
  }
  if (table) return <MetricTable metrics={metrics} />;
  return (
    <div aria-busy={busy}>
      <div className="halves">
        <Chart chart="cpu" title={t`Processors`} lines={[t`In use`]} metrics={metrics} />
        <Chart chart="memory" title={t`Memory`} lines={[t`In use`]} metrics={metrics} />
        <Chart chart="disk" title={t`Disk`} lines={[t`Read`, t`Written`]} metrics={metrics} />
        <Chart chart="network" title={t`Network`} lines={[t`Received`, t`Sent`]} metrics={metrics} />
      </div>
      <Text size="sm" c="dimmed" mt="sm">
        <Trans>A gap means that the machine was off or could not be measured. Times are yours.</Trans>
      </Text>
    </div>
  );
}

interface ChartProps {
  chart: ChartName;
  title: string;
  lines: readonly string[];
  metrics: Metrics;
}

function Chart({ chart, title, lines, metrics }: ChartProps) {
  const told = CHARTS[chart].map((name, index) => {
    const summary = summaryOf(metrics.series[name]);
    const line = lines[index] ?? "";
    if (summary === null) return t`${line}: no figures`;
    const newest = formatFigure(chart, summary.newest);
    const least = formatFigure(chart, summary.least);
    const most = formatFigure(chart, summary.most);
    return t`${line}: ${newest} at last, between ${least} and ${most}`;
  });
  return (
    <Paper component="section" aria-label={title}>
      <Title order={2}>{title}</Title>
      {told.map((line) => (
        <Text key={line} size="sm" c="dimmed" className="tabular">
          {line}
        </Text>
      ))}
      <MetricChart chart={chart} metrics={metrics} lines={lines} label={`${title}. ${told.join(". ")}`} />
    </Paper>
  );
}

function MetricTable({ metrics }: { metrics: Metrics }) {
  const [rows, setRows] = useState(ROWS);
  const points = pointsOf(metrics);
  const figure = (chart: ChartName, name: SeriesName) => (point: (typeof points)[number]) => {
    const value = point.figures[name];
    return value === null ? "–" : formatFigure(chart, value);
  };
  return (
    <DataTable
      label={t`Metrics`}
      rows={points.slice(0, rows)}
      rowKey={(point) => point.at}
      empty={<Empty icon="usage" title={t`No figures in this time`} />}
      more={{ has: points.length > rows, busy: false, load: () => setRows(rows + ROWS) }}
      columns={[
        { name: t`From`, lead: true, cell: (point) => <When at={point.at} /> },
        { name: t`Processors`, align: "right", cell: figure("cpu", "cpu_percent") },
        { name: t`Memory`, align: "right", cell: figure("memory", "memory_bytes") },
        { name: t`Read`, align: "right", cell: figure("disk", "disk_read") },
        { name: t`Written`, align: "right", cell: figure("disk", "disk_written") },
        { name: t`Received`, align: "right", cell: figure("network", "received") },
        { name: t`Sent`, align: "right", cell: figure("network", "sent") },
      ]}
    />
  );
}
