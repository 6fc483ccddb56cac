// What the node has read off the machine, newest first, and its sum.
import { Skeleton, Stack } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { asProblem } from "../../api/problem";
import type { Reading } from "../../api/types";
import { DataTable } from "../../table/DataTable";
import { Empty } from "../../ui/Empty";
import { formatBytes, formatElapsed } from "../../ui/format";
import { ProblemAlert } from "../../ui/ProblemView";
import { When } from "../../ui/When";
import { instanceReadingsQuery } from "./api";

export function InstanceUsage({ id }: { id: string }) {
  const readings = useInfiniteQuery(instanceReadingsQuery(id));
  if (readings.isError) return <ProblemAlert problem={asProblem(readings.error)} />;
  if (readings.data === undefined) return <Skeleton height={160} />;
  return (
    <Stack>
      <DataTable
        label={t`Usage`}
        rows={readings.data.pages.flatMap((page) => page.items)}
        rowKey={(reading) => String(reading.seq)}
        more={{ has: readings.hasNextPage, busy: readings.isFetchingNextPage, load: () => void readings.fetchNextPage() }}
        empty={<Empty icon="usage" title={t`Nothing was metered yet`} />}
        columns={[
          { name: t`From`, lead: true, cell: (reading) => <When at={reading.from} /> },
          { name: t`To`, cell: (reading) => <When at={reading.to} /> },
          { name: t`Running`, align: "right", cell: running },
          { name: t`Disk`, align: "right", cell: (reading) => `${reading.disk_gib} GiB` },
          { name: t`Received`, align: "right", cell: (reading) => formatBytes(reading.received_bytes) },
          { name: t`Sent`, align: "right", cell: (reading) => formatBytes(reading.sent_bytes) },
        ]}
      />
    </Stack>
  );
}

const running = (reading: Reading): string => formatElapsed(reading.running_us / 1000);
