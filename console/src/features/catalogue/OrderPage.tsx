// One order on its way: payment, confirmation where the bank wants one, and the machine being made, step by step.
import { Alert, Anchor, Button, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Order, PaymentMethod } from "../../api/types";
import { useId } from "../../app/address";
import { paths } from "../../paths";
import { Amount } from "../../ui/Amount";
import { Confirm } from "../../ui/Confirm";
import { CopyId } from "../../ui/CopyId";
import { Facts } from "../../ui/Facts";
import { Icon } from "../../ui/Icon";
import { OperationSteps } from "../../ui/OperationSteps";
import { Page } from "../../ui/Page";
import { orderLook, State } from "../../ui/State";
import { useAction } from "../../ui/useAction";
import { useOperation } from "../../ui/useOperation";
import { When } from "../../ui/When";
import { paymentConfirm } from "../billing/api";
import { orderCancel, orderQuery, orderRetry } from "./api";
import { PaymentMethodField } from "./PaymentMethodField";

export function OrderPage() {
  const id = useId();
  const order = useSuspenseQuery(orderQuery(id)).data;
  return (
    <Page
      title={t`Order of ${order.hostname}`}
      above={
        <Anchor component={Link} to={paths.orders()} size="sm">
          <Trans>Orders</Trans>
        </Anchor>
      }
      lead={<State look={orderLook(order.state)} />}
      actions={
        order.state === "active" ? (
          <Button component={Link} to={paths.instance(order.instance_id)} leftSection={<Icon name="machine" />}>
            <Trans>Open the machine</Trans>
          </Button>
        ) : undefined
      }
    >
      <div className="columns">
        <Stack>
          <Progress order={order} />
        </Stack>
        <Paper>
          <Title order={2} mb="md">
            <Trans>What was ordered</Trans>
          </Title>
          <Facts
            rows={[
              [t`Size`, order.size.name],
              [t`System`, order.template.name],
              [t`Region`, order.region.name],
              [t`Billing`, order.cycle === "monthly" ? t`By the month` : t`By the hour`],
              ...(order.disks.length === 0 ? [] : [waiting(order)]),
              [t`Charged`, <Amount key="amount" money={order.charged_now} />],
              [t`Ordered`, <When key="when" at={order.created_at} />],
              [t`Order id`, <CopyId key="id" id={order.id} />],
            ]}
          />
        </Paper>
      </div>
    </Page>
  );
}

const waiting = (order: Order): [string, string] => [t`Extra disks`, order.disks.map((disk) => `${disk.name} (${disk.size_gib} GiB)`).join(", ")];

function Progress({ order }: { order: Order }) {
  const cache = useQueryClient();
  const { operation } = useOperation(order.operation_id, () => {
    void cache.invalidateQueries({ queryKey: ["orders"] });
    void cache.invalidateQueries({ queryKey: ["instances"] });
  });
  return (
    <>
      {order.state === "awaiting_confirmation" && order.payment_id != null && <PaymentConfirmation order={order} paymentId={order.payment_id} />}
      {order.state === "payment_failed" && <PayAgain order={order} />}
      {order.state === "failed" && (
        <Alert variant="outline" color="red" role="alert" icon={<Icon name="warning" />} title={t`The machine could not be made`}>
          {order.problem ?? t`The step below says why.`}
        </Alert>
      )}
      {order.state === "active" && order.problem != null && (
        <Alert variant="outline" color="yellow" role="alert" icon={<Icon name="warning" />} title={t`Not all of it could be made`}>
          {order.problem}
        </Alert>
      )}
      {order.state === "cancelled" && (
        <Alert variant="outline" color="gray" icon={<Icon name="dash" />} title={t`The order was cancelled`}>
          {order.problem ?? t`Nothing is charged for it.`}
        </Alert>
      )}
      {order.state === "paying" && (
        <Alert variant="outline" color="keep" icon={<Icon name="busy" />} title={t`The payment is being settled`}>
          <Trans>The machine is made as soon as the payment is through. You may close this page.</Trans>
        </Alert>
      )}
      <Paper>
        <Title order={2} mb="md">
          <Trans>Progress</Trans>
        </Title>
        {operation !== undefined ? (
          <OperationSteps operation={operation} canRetry="own" />
        ) : order.operation_id == null ? (
          <Text c="dimmed">
            <Trans>The steps appear here once the payment is through.</Trans>
          </Text>
        ) : (
          <Skeleton height={120} />
        )}
      </Paper>
      {(order.state === "awaiting_confirmation" || order.state === "payment_failed" || order.state === "paying") && <Cancel order={order} />}
    </>
  );
}

function PaymentConfirmation({ order, paymentId }: { order: Order; paymentId: string }) {
  const answer = useAction({ run: (accept: boolean) => paymentConfirm(paymentId, accept), refresh: ["orders", "payments"] });
  return (
    <Alert variant="outline" color="keep" icon={<Icon name="payment" />} title={t`Your bank asks: is this payment yours?`}>
      <Stack gap="sm">
        <Text>
          <Trans>
            <Amount money={order.charged_now} /> to Fairhold through the test provider. No real money moves.
          </Trans>
        </Text>
        <Group>
          <Button loading={answer.isPending && answer.variables} disabled={answer.isPending} onClick={() => answer.mutate(true)}>
            <Trans>Confirm the payment</Trans>
          </Button>
          <Button variant="default" loading={answer.isPending && !answer.variables} disabled={answer.isPending} onClick={() => answer.mutate(false)}>
            <Trans>Decline it</Trans>
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function PayAgain({ order }: { order: Order }) {
  const [method, setMethod] = useState<PaymentMethod>("test_succeeds");
  const again = useAction({ run: () => orderRetry(order.id, method), refresh: ["orders"] });
  return (
    <Paper>
      <Stack>
        <Alert variant="outline" color="red" role="alert" icon={<Icon name="warning" />} title={t`The payment did not go through`}>
          {order.problem ?? t`Nothing was charged and no machine was made. You can pay in another way.`}
        </Alert>
        <PaymentMethodField value={method} onChange={setMethod} />
        <Group>
          <Button leftSection={<Icon name="retry" />} loading={again.isPending} onClick={() => again.mutate()}>
            <Trans>Pay again</Trans>
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

function Cancel({ order }: { order: Order }) {
  const [asked, { open, close }] = useDisclosure(false);
  const cancel = useAction({ run: () => orderCancel(order.id), refresh: ["orders", "instances"], said: t`The order is cancelled.`, then: close });
  return (
    <Group>
      <Button variant="subtle" color="gray" c="dimmed" onClick={open}>
        <Trans>Cancel this order</Trans>
      </Button>
      <Confirm opened={asked} close={close} title={t`Cancel the order of ${order.hostname}?`} action={t`Cancel the order`} busy={cancel.isPending} onConfirm={() => cancel.mutate()} danger>
        <Trans>No machine is made, and nothing is charged. You can order again at any time.</Trans>
      </Confirm>
    </Group>
  );
}
