// What someone asked for about their data, with deadlines.
import { Anchor, Button, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { State } from "../../ui/State";
import { When } from "../../ui/When";
import { requestsQuery } from "./api";
import { kindText, lastMoment, requestLook } from "./requestWords";

export function RequestsPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(requestsQuery));
  return (
    <Page
      title={t`Your requests`}
      lead={<Trans>Everything that you asked for about your data, and by when you have an answer.</Trans>}
      above={
        <Anchor component={Link} to={paths.privacy()} size="sm">
          <Trans>Privacy</Trans>
        </Anchor>
      }
      actions={
        <Button component={Link} to={paths.requestCreate()} leftSection={<Icon name="plus" />}>
          <Trans>New request</Trans>
        </Button>
      }
    >
      <DataTable
        label={t`Your requests`}
        rows={rows}
        rowKey={(request) => request.id}
        more={more}
        empty={
          <Empty icon="privacy" title={t`No requests yet`}>
            <Text c="dimmed">
              <Trans>Exports, corrections, objections and questions are listed here with their deadlines.</Trans>
            </Text>
          </Empty>
        }
        columns={[
          {
            name: t`Request`,
            lead: true,
            cell: (request) => (
              <Anchor component={Link} to={paths.request(request.id)}>
                {kindText(request.kind)}
              </Anchor>
            ),
          },
          { name: t`State`, cell: (request) => <State look={requestLook(request)} /> },
          { name: t`Received`, cell: (request) => <When at={request.received_at} /> },
          { name: t`Answer by`, cell: (request) => (request.closed_at == null ? <When at={lastMoment(request.due_at)} dateOnly /> : "–") },
        ]}
      />
    </Page>
  );
}
