// Operator: one node: its hosts with their load, their maintenance and what is moved off them, and the machines on it.
import { Anchor, Stack } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link, notFound } from "@tanstack/react-router";
import { useId } from "../../app/address";
import { paths } from "../../paths";
import { joined } from "../../table/joined";
import { Page } from "../../ui/Page";
import { nodeLook, State } from "../../ui/State";
import { nodesQuery } from "./api";
import { HostCard } from "./HostCard";
import { PlacedMachines } from "./PlacedMachines";

export function NodePage() {
  const id = useId();
  const node = joined(useSuspenseInfiniteQuery(nodesQuery)).rows.find((each) => each.id === id);
  if (node === undefined) throw notFound();
  return (
    <Page
      title={node.name}
      lead={
        <Stack gap="xs" align="flex-start" mt={4}>
          <State look={nodeLook(node)} />
          <Trans>To work on a host, move its machines away. Nothing new is placed on it until you end the maintenance, and nothing about it is called a fault meanwhile.</Trans>
        </Stack>
      }
      above={
        <Anchor component={Link} to={paths.operatorNodes()} size="sm">
          <Trans>Nodes</Trans>
        </Anchor>
      }
    >
      {node.hosts.map((host) => (
        <HostCard key={host.name} node={node} host={host} />
      ))}
      <PlacedMachines node={node} label={t`Machines on ${node.name}`} />
    </Page>
  );
}
