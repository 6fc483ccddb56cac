// What the machine has used in the running period, as metered at the driver.
import { Skeleton, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { asProblem } from "../../api/problem";
import { DataTable } from "../../table/DataTable";
import { Empty } from "../../ui/Empty";
import { ProblemAlert } from "../../ui/ProblemView";
import { Ago, When } from "../../ui/When";
import { instanceUsageQuery } from "./api";

export function InstanceUsage({ id }: { id: string }) {
  const usage = useQuery(instanceUsageQuery(id));
  if (usage.isError) return <ProblemAlert problem={asProblem(usage.error)} />;
  if (usage.data === undefined) return <Skeleton height={160} />;
  const { period, lines, as_of } = usage.data;
  return (
    <Stack>
      <Text c="dimmed" component="div">
        <Trans>
          Since <When at={period.from} dateOnly />, counted <Ago at={as_of} />
        </Trans>
      </Text>
      <DataTable
        label={t`Usage`}
        rows={lines}
        rowKey={(line) => line.meter}
        empty={<Empty icon="usage" title={t`Nothing used yet`} />}
        columns={[
          { name: t`What`, lead: true, cell: (line) => line.description },
          { name: t`Quantity`, align: "right", cell: (line) => `${line.quantity} ${line.unit}` },
        ]}
      />
    </Stack>
  );
}
