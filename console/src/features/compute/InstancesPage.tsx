// All machines of the project.
import { Anchor, Button, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { Empty } from "../../ui/Empty";
import { formatMemory } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { instanceLook, State } from "../../ui/State";
import { When } from "../../ui/When";
import { instancesQuery } from "./api";

export function InstancesPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(instancesQuery));
  return (
    <Page title={t`Machines`} actions={rows.length > 0 ? <OrderButton /> : undefined}>
      <DataTable
        label={t`Machines`}
        rows={rows}
        rowKey={(instance) => instance.id}
        more={more}
        empty={
          <Empty icon="machine" title={t`No machines yet`}>
            <Text c="dimmed" mb="xs">
              <Trans>Choose a size and a system; it runs within seconds.</Trans>
            </Text>
            <OrderButton />
          </Empty>
        }
        columns={[
          {
            name: t`Name`,
            lead: true,
            cell: (instance) => (
              <Anchor component={Link} to={paths.instance(instance.id)}>
                {instance.name}
              </Anchor>
            ),
          },
          { name: t`State`, cell: (instance) => <State look={instanceLook(instance.state)} /> },
          { name: t`Size`, cell: (instance) => `${instance.size.name} · ${formatMemory(instance.size.memory_mib)}` },
          { name: t`System`, cell: (instance) => instance.template.name },
          { name: t`Address`, cell: (instance) => <span className="mono">{instance.ipv4 ?? (instance.ssh ? `${instance.ssh.host}:${instance.ssh.port}` : "–")}</span> },
          { name: t`Made`, cell: (instance) => <When at={instance.created_at} /> },
        ]}
      />
    </Page>
  );
}

function OrderButton() {
  return (
    <Button component={Link} to={paths.instanceCreate()} leftSection={<Icon name="plus" />}>
      <Trans>Order a machine</Trans>
    </Button>
  );
}
