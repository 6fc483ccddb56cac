// Operator: the organisations. Looking is itself on record, and the page says so.
import { Alert, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { CopyId } from "../../ui/CopyId";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { When } from "../../ui/When";
import { operatorOrganisationsQuery } from "./api";

export function CustomersPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(operatorOrganisationsQuery));
  return (
    <Page title={t`Customers`}>
      <Alert variant="outline" color="keep" icon={<Icon name="privacy" />} title={t`This view is on record`}>
        <Trans>Each organisation shown here sees in its own activity log that staff looked, who it was and why.</Trans>
      </Alert>
      <DataTable
        label={t`Organisations`}
        rows={rows}
        rowKey={(organisation) => organisation.id}
        more={more}
        empty={
          <Empty icon="people" title={t`No customers yet`}>
            <Text c="dimmed">
              <Trans>An organisation is made for everyone who confirms an account.</Trans>
            </Text>
          </Empty>
        }
        columns={[
          { name: t`Name`, lead: true, cell: (organisation) => organisation.legal_name ?? organisation.name },
          { name: t`Country`, cell: (organisation) => organisation.country ?? "–" },
          { name: t`Since`, cell: (organisation) => <When at={organisation.created_at} dateOnly /> },
          { name: t`Id`, cell: (organisation) => <CopyId id={organisation.id} /> },
        ]}
      />
    </Page>
  );
}
