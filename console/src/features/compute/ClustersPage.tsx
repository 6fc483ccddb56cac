// Operator: the clusters that machines run on, where they answer, and how they stand.
import { Anchor, Button, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { clusterLook, State } from "../../ui/State";
import { clustersQuery } from "./api";

export function ClustersPage() {
  const clusters = useSuspenseQuery(clustersQuery).data.items;
  const add = (
    <Button component={Link} to={paths.operatorClusterCreate()} leftSection={<Icon name="plus" />}>
      <Trans>Enrol a cluster</Trans>
    </Button>
  );
  return (
    <Page
      title={t`Clusters`}
      lead={t`Proxmox VE clusters that machines run on. Each is a node here, with the hosts that it consists of.`}
      actions={clusters.length > 0 ? add : undefined}
    >
      <DataTable
          label={t`Clusters`}
          rows={clusters}
          rowKey={(cluster) => cluster.name}
          empty={
            <Empty icon="node" title={t`No clusters yet`}>
              <Text c="dimmed">
                <Trans>Without one, machines run on this host alone.</Trans>
              </Text>
              {add}
            </Empty>
          }
          columns={[
            {
              name: t`Name`,
              lead: true,
              cell: (cluster) =>
                cluster.id == null ? (
                  cluster.name
                ) : (
                  <Anchor component={Link} to={paths.operatorCluster(cluster.id)} fw={560}>
                    {cluster.name}
                  </Anchor>
                ),
            },
            { name: t`State`, cell: (cluster) => <State look={clusterLook(cluster)} /> },
            { name: t`Region`, cell: (cluster) => cluster.region },
            { name: t`Addresses`, cell: (cluster) => <span className="break">{cluster.addresses.map((address) => address.host).join(", ")}</span> },
            { name: t`Machines`, cell: (cluster) => cluster.node?.instances ?? 0 },
            { name: t`Set up in`, cell: (cluster) => (cluster.source === "file" ? t`the configuration file` : t`the console`) },
          ]}
        />
    </Page>
  );
}
