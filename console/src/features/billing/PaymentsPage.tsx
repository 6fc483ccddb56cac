// Payments and how each ended; one that waits for a word from the payer can be answered here.
import { Anchor, Button, Group, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Payment } from "../../api/types";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { Amount } from "../../ui/Amount";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { paymentLook, State } from "../../ui/State";
import { useAction } from "../../ui/useAction";
import { When } from "../../ui/When";
import { PaymentMethodText } from "../catalogue/PaymentMethodField";
import { paymentConfirm, paymentsQuery } from "./api";

export function PaymentsPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(paymentsQuery));
  return (
    <Page title={t`Payments`}>
      <DataTable
        label={t`Payments`}
        rows={rows}
        rowKey={(payment) => payment.id}
        more={more}
        empty={<Empty icon="payment" title={t`No payments yet`} />}
        columns={[
          { name: t`When`, lead: true, cell: (payment) => <When at={payment.created_at} /> },
          { name: t`State`, cell: (payment) => <PaymentState payment={payment} /> },
          { name: t`By`, cell: (payment) => <PaymentMethodText method={payment.method} /> },
          { name: t`For`, cell: (payment) => <Reason payment={payment} /> },
          { name: t`Amount`, align: "right", cell: (payment) => <Amount money={payment.amount} /> },
        ]}
      />
    </Page>
  );
}

function PaymentState({ payment }: { payment: Payment }) {
  const answer = useAction({ run: (accept: boolean) => paymentConfirm(payment.id, accept), refresh: ["payments", "orders", "invoices"] });
  return (
    <>
      <State look={paymentLook(payment.state)} />
      {payment.problem && (
        <Text size="sm" c="dimmed">
          {payment.problem}
        </Text>
      )}
      {payment.state === "requires_action" && (
        <Group gap="xs" mt={6}>
          <Button size="compact-sm" loading={answer.isPending} onClick={() => answer.mutate(true)}>
            <Trans>Confirm</Trans>
          </Button>
          <Button size="compact-sm" variant="default" disabled={answer.isPending} onClick={() => answer.mutate(false)}>
            <Trans>Decline</Trans>
          </Button>
        </Group>
      )}
    </>
  );
}

function Reason({ payment }: { payment: Payment }) {
  if (payment.order_id != null) {
    return (
      <Anchor component={Link} to={paths.order(payment.order_id)}>
        <Trans>Order</Trans>
      </Anchor>
    );
  }
  if (payment.invoice_id != null) {
    return (
      <Anchor component={Link} to={paths.invoice(payment.invoice_id)}>
        <Trans>Invoice</Trans>
      </Anchor>
    );
  }
  return "–";
}
