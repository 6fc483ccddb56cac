// Operator: the nodes and how full they are.
import { t } from "@lingui/core/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { Empty } from "../../ui/Empty";
import { formatMemory } from "../../ui/format";
import { Meter } from "../../ui/Meter";
import { Page } from "../../ui/Page";
import { nodeLook, State } from "../../ui/State";
import { Ago } from "../../ui/When";
import { nodesQuery } from "./api";

export function NodesPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(nodesQuery));
  return (
    <Page title={t`Nodes`}>
      <DataTable
        label={t`Nodes`}
        rows={rows}
        rowKey={(node) => node.id}
        more={more}
        empty={<Empty icon="node" title={t`No nodes: nothing can run yet`} />}
        columns={[
          { name: t`Name`, lead: true, cell: (node) => node.name },
          { name: t`State`, cell: (node) => <State look={nodeLook(node.state)} /> },
          { name: t`Region`, cell: (node) => node.region.name },
          { name: t`Runs by`, cell: (node) => node.accelerator.toUpperCase() },
          { name: t`Machines`, align: "right", cell: (node) => node.instances },
          { name: t`CPU`, cell: (node) => <Meter used={node.cpus_used} of={node.cpus} text={`${node.cpus_used} / ${node.cpus}`} /> },
          {
            name: t`Memory`,
            cell: (node) => <Meter used={node.memory_used_mib} of={node.memory_mib} text={`${formatMemory(node.memory_used_mib)} / ${formatMemory(node.memory_mib)}`} />,
          },
          { name: t`Disk`, cell: (node) => <Meter used={node.disk_used_gib} of={node.disk_gib} text={`${node.disk_used_gib} / ${node.disk_gib} GiB`} /> },
          { name: t`Last heard`, cell: (node) => <Ago at={node.last_seen_at} /> },
        ]}
      />
    </Page>
  );
}
