// One request of one's own.
import { Anchor, Button, Group, Paper } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId } from "../../app/address";
import { paths } from "../../paths";
import { Icon } from "../../ui/Icon";
import { OperationSteps } from "../../ui/OperationSteps";
import { Page } from "../../ui/Page";
import { useAction } from "../../ui/useAction";
import { useOperation } from "../../ui/useOperation";
import { AuthorityNote } from "./AuthorityNote";
import { RequestFacts } from "./RequestFacts";
import { requestQuery, requestWithdraw } from "./api";
import { kindText } from "./requestWords";

export function RequestPage() {
  const id = useId();
  const cache = useQueryClient();
  const request = useSuspenseQuery(requestQuery(id)).data;
  const waits = request.closed_at == null;
  const { operation } = useOperation(waits ? (request.operation_id ?? null) : null, () =>
    void Promise.all(["requests", "me", "organisations"].map((key) => cache.invalidateQueries({ queryKey: [key] }))),
  );
  const withdraw = useAction({ run: () => requestWithdraw(id), refresh: ["requests"], said: t`The request is taken back.` });
  return (
    <Page
      title={kindText(request.kind)}
      above={
        <Anchor component={Link} to={paths.requests()} size="sm">
          <Trans>Your requests</Trans>
        </Anchor>
      }
      actions={
        waits && request.kind !== "objection" && request.operation_id == null ? (
          <Button variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate()} leftSection={<Icon name="undo" />}>
            <Trans>Take it back</Trans>
          </Button>
        ) : undefined
      }
      narrow
    >
      <RequestFacts request={request} />
      {waits && operation !== undefined && (
        <Paper>
          <OperationSteps operation={operation} />
        </Paper>
      )}
      {request.export_id != null && request.state === "done" && (
        <Group>
          <Button component="a" href={paths.exportDownload(request.export_id)} download leftSection={<Icon name="download" />}>
            <Trans>Download the export</Trans>
          </Button>
        </Group>
      )}
      <AuthorityNote authority={request.authority} />
    </Page>
  );
}
