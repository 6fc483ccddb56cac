// Operator: the queue of requests, the most urgent first.
import { Alert, Anchor, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { CopyId } from "../../ui/CopyId";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { State } from "../../ui/State";
import { When } from "../../ui/When";
import { operatorRequestsQuery } from "./api";
import { kindText, lastMoment, requestLook } from "./requestWords";

export function OperatorRequestsPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(operatorRequestsQuery));
  return (
    <Page title={t`Requests`} lead={<Trans>What people ask for about their data and cannot do themselves. Deadlines come from the laws that protect them, and from your promise of 30 days.</Trans>}>
      <Alert variant="outline" color="keep" icon={<Icon name="privacy" />} title={t`This view is on record`}>
        <Trans>Whoever wrote a request sees that staff read it.</Trans>
      </Alert>
      <DataTable
        label={t`Requests`}
        rows={rows}
        rowKey={(request) => request.id}
        more={more}
        empty={
          <Empty icon="check" title={t`Nobody waits`}>
            <Text c="dimmed">
              <Trans>Staff are told by mail before a deadline comes near.</Trans>
            </Text>
          </Empty>
        }
        columns={[
          {
            name: t`Request`,
            lead: true,
            cell: (request) => (
              <Anchor component={Link} to={paths.operatorRequest(request.id)}>
                {kindText(request.kind)}
              </Anchor>
            ),
          },
          { name: t`State`, cell: (request) => <State look={requestLook(request)} /> },
          { name: t`Answer by`, cell: (request) => <When at={lastMoment(request.due_at)} /> },
          { name: t`Received`, cell: (request) => <When at={request.received_at} dateOnly /> },
          { name: t`Number`, cell: (request) => <CopyId id={request.id} /> },
        ]}
      />
    </Page>
  );
}
