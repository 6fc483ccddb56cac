// What stands on a request, for its person and for staff alike.
import { Paper, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { RightsRequest } from "../../api/types";
import { DataTable } from "../../table/DataTable";
import { CopyId } from "../../ui/CopyId";
import { Empty } from "../../ui/Empty";
import { Facts } from "../../ui/Facts";
import { capitalised } from "../../ui/format";
import { State } from "../../ui/State";
import { When } from "../../ui/When";
import { placeText } from "./places";
import { fieldText, lastMoment, requestLook } from "./requestWords";

export function RequestFacts({ request }: { request: RightsRequest }) {
  return (
    <>
      <Paper>
        <Stack>
          <Facts
            rows={[
              [t`State`, <State key="state" look={requestLook(request)} />],
              [t`Received and confirmed`, <When key="received" at={request.received_at} />],
              ...(request.closed_at == null
                ? ([[t`Answer by`, <When key="due" at={lastMoment(request.due_at)} />]] as const)
                : ([[t`Closed`, <When key="closed" at={request.closed_at} />]] as const)),
              [t`Deadline set by`, request.law === "promise" ? t`our own promise` : request.law.toUpperCase().replaceAll("_", " ")],
              ...(request.purpose == null ? [] : ([[t`Use`, request.purpose]] as const)),
              ...(request.place == null ? [] : ([[t`Lives in`, placeText(request.place)]] as const)),
              [t`Number`, <CopyId key="id" id={request.id} />],
            ]}
          />
          {request.text != null && (
            <div>
              <Text size="sm" c="dimmed">
                <Trans>Asked</Trans>
              </Text>
              <Text style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{request.text}</Text>
            </div>
          )}
          {request.answer != null && (
            <div>
              <Text size="sm" c="dimmed">
                {request.state === "extended" ? t`Why it needs more time` : t`Answer`}
              </Text>
              <Text style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{request.answer}</Text>
            </div>
          )}
        </Stack>
      </Paper>
      {request.corrections.length > 0 && (
        <section>
          <Title order={2} mb="sm">
            <Trans>What was put right where</Trans>
          </Title>
          <DataTable
            label={t`What was put right where`}
            rows={request.corrections}
            rowKey={(row) => row.place}
            empty={<Empty icon="check" title={t`Nothing`} />}
            columns={[
              { name: t`Where`, lead: true, cell: (row) => capitalised(row.place) },
              { name: t`What`, cell: (row) => fieldText(row.field) },
              { name: t`Before`, cell: (row) => row.before ?? "–" },
              { name: t`After`, cell: (row) => row.after },
              { name: t`Done`, cell: (row) => (row.done_at == null ? (row.problem ?? t`Under way`) : <When at={row.done_at} />) },
            ]}
          />
        </section>
      )}
    </>
  );
}
