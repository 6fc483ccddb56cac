// Operator: the nodes, what they have and what is wrong with them.
import { Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import type { Node } from "../../api/types";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { CopyId } from "../../ui/CopyId";
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
          { name: t`Name`, lead: true, cell: (node) => <Name node={node} /> },
          { name: t`State`, cell: (node) => <Condition node={node} /> },
          {
            name: t`Runs by`,
            cell: (node) => (
              <>
                {node.driver} · {node.accelerator.toUpperCase()}
                <Text size="sm" c="dimmed">
                  {node.accelerator_reason}
                </Text>
              </>
            ),
          },
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

function Name({ node }: { node: Node }) {
  return (
    <>
      {node.name}
      <div>
        <CopyId id={node.id} />
      </div>
    </>
  );
}

function Condition({ node }: { node: Node }) {
  return (
    <>
      <State look={nodeLook(node)} />
      {node.problem != null && <Text size="sm">{node.problem}</Text>}
      {node.orphans.length > 0 && (
        <Text size="sm">
          <Trans>Runs what nobody ordered: {node.orphans.join(", ")}</Trans>
        </Text>
      )}
    </>
  );
}
