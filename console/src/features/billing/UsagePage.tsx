// So far this month: what was used and what it comes to, tax included.
import { Anchor, Paper, Progress, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { paths } from "../../paths";
import type { Metered } from "../../api/types";
import { DataTable } from "../../table/DataTable";
import { Amount, TotalLine } from "../../ui/Amount";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { Ago, When } from "../../ui/When";
import { usageQuery } from "./api";
import { shares } from "./shares";

const SHADES = ["keep.7", "blue.7", "grape.7", "orange.8", "gray.6"];

/** What the hypervisor measured, covered by a month's price or not. */
function MeteredTable({ rows }: { rows: Metered[] }) {
  return (
    <DataTable
      label={t`Measured`}
      rows={rows}
      rowKey={(row) => `${row.resource_id} ${row.cycle}`}
      empty={null}
      columns={[
        {
          name: t`What`,
          lead: true,
          cell: (row) => (
            <Anchor component={Link} to={placeOf(row.resource_id)}>
              {row.description}
            </Anchor>
          ),
        },
        { name: t`Ran`, align: "right", cell: (row) => `${rounded(row.running_hours)} h` },
        { name: t`Disk`, align: "right", cell: (row) => `${rounded(row.disk_gib_hours)} GiB h` },
        { name: t`Received`, align: "right", cell: (row) => `${rounded(row.received_gib)} GiB` },
        { name: t`Sent`, align: "right", cell: (row) => `${rounded(row.sent_gib)} GiB` },
        { name: t`Covered`, cell: (row) => (row.covered_until == null ? t`billed by the hour` : <Trans>paid until <When at={row.covered_until} dateOnly /></Trans>) },
      ]}
    />
  );
}

/** A machine has a page of its own, and extra disks stand in a list. */
function placeOf(resource: string): string {
  return resource.startsWith("dsk_") ? paths.disks() : paths.instance(resource);
}

/** Two places for reading; the exact figure stands on the invoice. */
function rounded(decimal: string): string {
  return Number(decimal).toFixed(2);
}

export function UsagePage() {
  const usage = useSuspenseQuery(usageQuery).data;
  const parts = shares(usage.lines.map((line) => ({ name: line.description, minor: line.amount.minor })), SHADES.length);
  return (
    <Page
      title={t`So far this month`}
      lead={
        <Trans>
          <When at={usage.period.from} dateOnly /> to <When at={usage.period.to} dateOnly />, counted <Ago at={usage.as_of} />
        </Trans>
      }
    >
      {usage.metered.length > 0 && <MeteredTable rows={usage.metered} />}
      {usage.lines.length > 0 && (
        <Paper>
          <Stack gap="sm">
            <div className="figure">
              <Amount money={usage.gross} />
            </div>
            <Text size="sm" c="dimmed">
              <Trans>tax included</Trans>
            </Text>
            <Progress.Root size={14} aria-label={t`Shares of the net amount`}>
              {parts.map((part, index) => (
                <Progress.Section key={part.name} value={part.percent} color={SHADES[index] ?? "gray.6"} aria-label={`${part.name}: ${part.percent.toFixed(0)} %`} />
              ))}
            </Progress.Root>
          </Stack>
        </Paper>
      )}
      <DataTable
        label={t`Usage`}
        rows={usage.lines}
        rowKey={(line) => `${line.resource_id} ${line.description}`}
        empty={
          <Empty icon="usage" title={t`Nothing to pay for this month’s use`}>
            <Text c="dimmed">
              <Trans>What is billed by the hour or by traffic appears here as it is metered.</Trans>
            </Text>
          </Empty>
        }
        columns={[
          { name: t`What`, lead: true, cell: (line) => line.description },
          {
            name: t`Id`,
            cell: (line) => (
              <Anchor component={Link} to={placeOf(line.resource_id)} className="mono">
                {line.resource_id}
              </Anchor>
            ),
          },
          { name: t`Quantity`, align: "right", cell: (line) => `${line.quantity} ${line.unit}` },
          { name: t`Amount`, align: "right", cell: (line) => <Amount money={line.amount} /> },
        ]}
      />
      {usage.lines.length > 0 && (
        <Paper maw={420} ml="auto" w="100%">
          <Stack gap="xs">
            <TotalLine label={t`Net`} money={usage.net} />
            <TotalLine label={t`Tax`} money={usage.tax} />
            <TotalLine label={t`So far, tax included`} money={usage.gross} strong />
            <Anchor component={Link} to={paths.invoicePreview()} size="sm">
              <Trans>See it as the coming invoice</Trans>
            </Anchor>
          </Stack>
        </Paper>
      )}
    </Page>
  );
}
