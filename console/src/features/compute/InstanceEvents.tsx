// What happened to the machine, newest first.
import { t } from "@lingui/core/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Skeleton } from "@mantine/core";
import { asProblem } from "../../api/problem";
import { DataTable } from "../../table/DataTable";
import { Empty } from "../../ui/Empty";
import { ProblemAlert } from "../../ui/ProblemView";
import { instanceLook, State } from "../../ui/State";
import { When } from "../../ui/When";
import { instanceEventsQuery } from "./api";

export function InstanceEvents({ id }: { id: string }) {
  const events = useInfiniteQuery(instanceEventsQuery(id));
  if (events.isError) return <ProblemAlert problem={asProblem(events.error)} />;
  if (events.data === undefined) return <Skeleton height={160} />;
  return (
    <DataTable
      label={t`Events`}
      rows={events.data.pages.flatMap((page) => page.items)}
      rowKey={(event) => event.id}
      more={{ has: events.hasNextPage, busy: events.isFetchingNextPage, load: () => void events.fetchNextPage() }}
      empty={<Empty icon="activity" title={t`Nothing has happened yet`} />}
      columns={[
        { name: t`What`, lead: true, cell: (event) => event.summary },
        { name: t`When`, cell: (event) => <When at={event.at} /> },
        { name: t`State then`, cell: (event) => <State look={instanceLook(event.kind)} /> },
      ]}
    />
  );
}
