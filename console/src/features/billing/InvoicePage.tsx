// One invoice as it was issued, or the preview of the coming one: it will equal it to the cent.
import { Anchor, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { newIdempotencyKey } from "../../api/client";
import type { Invoice, PaymentMethod } from "../../api/types";
import { useId } from "../../app/address";
import { inPlace } from "../../api/client";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { Amount, TotalLine } from "../../ui/Amount";
import { CopyId } from "../../ui/CopyId";
import { Dialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { formatMoney, minorToDecimal } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { invoiceLook, State } from "../../ui/State";
import { useAction } from "../../ui/useAction";
import { When } from "../../ui/When";
import { PaymentMethodField } from "../catalogue/PaymentMethodField";
import { invoicePay, invoicePreviewQuery, invoiceQuery } from "./api";

export function InvoicePage() {
  const id = useId();
  const invoice = useSuspenseQuery(invoiceQuery(id)).data;
  return (
    <Page
      title={t`Invoice ${invoice.number ?? ""}`}
      above={<Back />}
      lead={<State look={invoiceLook(invoice.state)} />}
      actions={
        <Group gap="xs">
          <Button variant="default" component="a" href={inPlace(paths.invoicePdf(invoice.id))} download leftSection={<Icon name="download" />}>
            PDF
          </Button>
          {invoice.state === "open" && <Pay invoice={invoice} />}
        </Group>
      }
    >
      <Document invoice={invoice} />
    </Page>
  );
}

export function InvoicePreviewPage() {
  const invoice = useSuspenseQuery(invoicePreviewQuery).data;
  return (
    <Page title={t`Preview of the coming invoice`} above={<Back />} lead={t`What would be invoiced if the period ended now. It has no number yet.`}>
      <Document invoice={invoice} />
    </Page>
  );
}

function Back() {
  return (
    <Anchor component={Link} to={paths.invoices()} size="sm">
      <Trans>Invoices</Trans>
    </Anchor>
  );
}

function Document({ invoice }: { invoice: Invoice }) {
  return (
    <>
      <div className="halves">
        <PartyCard title={t`From`} party={invoice.seller} />
        <PartyCard title={t`To`} party={invoice.buyer} />
      </div>
      <Text component="div" c="dimmed">
        <Trans>
          Period <When at={invoice.period.from} dateOnly /> to <When at={invoice.period.to} dateOnly />
        </Trans>
        {invoice.issued_at && (
          <>
            {" · "}
            <Trans>
              issued <When at={invoice.issued_at} dateOnly />
            </Trans>
          </>
        )}
        {invoice.state !== "preview" && (
          <>
            {" · "}
            <CopyId id={invoice.id} />
          </>
        )}
      </Text>
      <DataTable
        label={t`Lines`}
        rows={invoice.lines}
        rowKey={(line) => `${line.description} ${line.quantity}`}
        empty={<Empty icon="invoice" title={t`No lines`} />}
        columns={[
          { name: t`Description`, lead: true, cell: (line) => line.description },
          { name: t`Quantity`, align: "right", cell: (line) => `${line.quantity} ${line.unit}` },
          { name: t`Unit price`, align: "right", cell: (line) => `${invoice.currency} ${line.unit_price}` },
          { name: t`Amount`, align: "right", cell: (line) => <Amount money={line.amount} /> },
        ]}
      />
      <Paper maw={420} ml="auto" w="100%">
        <Stack gap="xs">
          <TotalLine label={t`Net`} money={invoice.net} />
          {invoice.tax_lines.map((line) => (
            <TotalLine key={line.rate_percent} label={t`Tax ${line.rate_percent} % of ${minorToDecimal(line.base.minor, line.base.currency)}`} money={line.amount} />
          ))}
          <TotalLine label={t`Total`} money={invoice.gross} strong />
          {invoice.state !== "preview" && <TotalLine label={t`Still due`} money={invoice.due} />}
        </Stack>
      </Paper>
    </>
  );
}

function PartyCard({ title, party }: { title: string; party: Invoice["seller"] }) {
  return (
    <Paper>
      <Title order={2} size="h3" mb={4}>
        {title}
      </Title>
      <Text fw={560}>{party.name}</Text>
      {party.address && <Text style={{ whiteSpace: "pre-line" }}>{party.address}</Text>}
      {party.country && <Text>{party.country}</Text>}
      {party.tax_id && (
        <Text c="dimmed" size="sm">
          <Trans>Tax number {party.tax_id}</Trans>
        </Text>
      )}
    </Paper>
  );
}

function Pay({ invoice }: { invoice: Invoice }) {
  const [opened, { open, close }] = useDisclosure(false);
  const [method, setMethod] = useState<PaymentMethod>("test_succeeds");
  const [intention, setIntention] = useState(newIdempotencyKey);
  const label = t`Pay ${formatMoney(invoice.due)}`;
  async function send(): Promise<void> {
    await invoicePay(invoice.id, method, `${intention}${method}`);
    // Answered: paying again is a new intention. After a lost answer the old key stays, so nothing is paid twice.
    setIntention(newIdempotencyKey());
  }
  const pay = useAction({ run: send, refresh: ["invoices", "payments"], said: t`The payment is under way; see it under Payments.`, then: close });
  return (
    <>
      <Button leftSection={<Icon name="payment" />} onClick={open}>
        {label}
      </Button>
      <Dialog opened={opened} close={close} title={t`Pay invoice ${invoice.number ?? ""}`}>
        <Stack>
          <PaymentMethodField value={method} onChange={setMethod} />
          <Group justify="flex-end">
            <Button loading={pay.isPending} onClick={() => pay.mutate()}>
              {label}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </>
  );
}
