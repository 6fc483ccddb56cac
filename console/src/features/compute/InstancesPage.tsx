// All machines of the project.
import { Anchor, Button, Group, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Instance } from "../../api/types";
import { useSearchText } from "../../app/address";
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
import { Tags } from "./InstanceTags";

export function InstancesPage() {
  const tag = useSearchText("tag");
  const { rows, more } = joined(useSuspenseInfiniteQuery(instancesQuery(tag)));
  return (
    <Page title={t`Machines`} actions={rows.length > 0 ? <OrderButton /> : undefined}>
      {tag !== undefined && (
        <Group gap="xs">
          <Text>
            <Trans>With the tag</Trans>
          </Text>
          <Tags tags={[tag]} />
          <Anchor component={Link} to={paths.instances()} size="sm">
            <Trans>Show all machines</Trans>
          </Anchor>
        </Group>
      )}
      <DataTable
        label={t`Machines`}
        rows={rows}
        rowKey={(instance) => instance.id}
        more={more}
        empty={
          tag === undefined ? (
            <Empty icon="machine" title={t`No machines yet`}>
              <Text c="dimmed" mb="xs">
                <Trans>Choose a size and a system; it runs within seconds.</Trans>
              </Text>
              <OrderButton />
            </Empty>
          ) : (
            <Empty icon="machine" title={t`No machine has this tag`} />
          )
        }
        columns={[
          {
            name: t`Name`,
            lead: true,
            cell: (instance) => (
              <>
                <Anchor component={Link} to={paths.instance(instance.id)}>
                  {instance.name}
                </Anchor>
                {instance.tags.length > 0 && <Tags tags={instance.tags} />}
              </>
            ),
          },
          { name: t`State`, cell: (instance) => <State look={instanceLook(instance.state)} /> },
          { name: t`Size`, cell: (instance) => <span className="nowrap">{`${instance.size.name} · ${formatMemory(instance.size.memory_mib)}`}</span> },
          { name: t`System`, cell: (instance) => instance.template.name },
          { name: t`Address`, cell: (instance) => addressOf(instance) },
          { name: t`Made`, cell: (instance) => <When at={instance.created_at} dateOnly /> },
        ]}
      />
    </Page>
  );
}

function addressOf(instance: Instance): ReactNode {
  const address = instance.ipv4 ?? (instance.ssh ? `${instance.ssh.host}:${instance.ssh.port}` : null);
  return address === null ? "–" : <span className="mono">{address}</span>;
}

function OrderButton() {
  return (
    <Button component={Link} to={paths.instanceCreate()} leftSection={<Icon name="plus" />}>
      <Trans>Order a machine</Trans>
    </Button>
  );
}
