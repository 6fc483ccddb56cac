// Invoices of the organisation, or of everyone at the operator's door.
import { Anchor, Button, Group, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { InvoiceSummary } from "../../api/types";
import { inPlace } from "../../api/client";
import { paths } from "../../paths";
import { type Column, DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { Amount } from "../../ui/Amount";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { invoiceLook, State } from "../../ui/State";
import { When } from "../../ui/When";
import { invoicesQuery } from "./api";

export function InvoicesPage() {
  return (
    <Page
      title={t`Invoices`}
      actions={
        <Group>
          <Button variant="default" component="a" href={paths.invoiceArchive()} download leftSection={<Icon name="download" />}>
            <Trans>All of them</Trans>
          </Button>
          <Button variant="default" component={Link} to={paths.invoicePreview()} leftSection={<Icon name="clock" />}>
            <Trans>Preview of the coming one</Trans>
          </Button>
        </Group>
      }
    >
      <InvoiceTable link />
    </Page>
  );
}

export function OperatorInvoicesPage() {
  return (
    <Page title={t`Invoices`} lead={t`Numbers have no holes; an issued invoice never changes.`}>
      <InvoiceTable link={false} />
    </Page>
  );
}

function InvoiceTable({ link }: { link: boolean }) {
  const { rows, more } = joined(useSuspenseInfiniteQuery(invoicesQuery));
  const buyer: Column<InvoiceSummary> = { name: t`Customer`, cell: (invoice) => invoice.buyer_name };
  const columns: Column<InvoiceSummary>[] = [
    {
      name: t`Number`,
      lead: true,
      cell: (invoice) =>
        link ? (
          <Anchor component={Link} to={paths.invoice(invoice.id)} className="tabular">
            {invoice.number ?? invoice.id}
          </Anchor>
        ) : (
          <span className="tabular">{invoice.number ?? invoice.id}</span>
        ),
    },
    { name: t`State`, cell: (invoice) => <State look={invoiceLook(invoice.state)} /> },
    ...(link ? [] : [buyer]),
    { name: t`Issued`, cell: (invoice) => (invoice.issued_at ? <When at={invoice.issued_at} dateOnly /> : "–") },
    { name: t`Total`, align: "right", cell: (invoice) => <Amount money={invoice.gross} /> },
    { name: t`Due`, align: "right", cell: (invoice) => <Amount money={invoice.due} /> },
    {
      name: "PDF",
      align: "right",
      cell: (invoice) => (
        <Anchor href={inPlace(paths.invoicePdf(invoice.id))} download aria-label={t`Download ${invoice.number ?? invoice.id} as PDF`}>
          PDF
        </Anchor>
      ),
    },
  ];
  return (
    <DataTable
      label={t`Invoices`}
      rows={rows}
      rowKey={(invoice) => invoice.id}
      more={more}
      empty={
        <Empty icon="invoice" title={t`No invoices yet`}>
          <Text c="dimmed">
            <Trans>An invoice is issued when an order is paid and at the end of each month.</Trans>
          </Text>
        </Empty>
      }
      columns={columns}
    />
  );
}
