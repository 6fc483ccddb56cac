// All orders of the project, newest first.
import { Anchor, Button, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { Amount } from "../../ui/Amount";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { orderLook, State } from "../../ui/State";
import { When } from "../../ui/When";
import { ordersQuery } from "./api";

export function OrdersPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(ordersQuery));
  return (
    <Page
      title={t`Orders`}
      actions={
        <Button component={Link} to={paths.instanceCreate()} leftSection={<Icon name="plus" />}>
          <Trans>Order a machine</Trans>
        </Button>
      }
    >
      <DataTable
        label={t`Orders`}
        rows={rows}
        rowKey={(order) => order.id}
        more={more}
        empty={
          <Empty icon="order" title={t`No orders yet`}>
            <Text c="dimmed">
              <Trans>A machine is running within seconds of the order.</Trans>
            </Text>
          </Empty>
        }
        columns={[
          {
            name: t`Machine`,
            lead: true,
            cell: (order) => (
              <Anchor component={Link} to={paths.order(order.id)}>
                {order.hostname}
              </Anchor>
            ),
          },
          { name: t`State`, cell: (order) => <State look={orderLook(order.state)} /> },
          { name: t`What`, cell: (order) => `${order.size.name} · ${order.template.name}` },
          { name: t`Ordered`, cell: (order) => <When at={order.created_at} /> },
          { name: t`Charged`, align: "right", cell: (order) => <Amount money={order.charged_now} /> },
        ]}
      />
    </Page>
  );
}
