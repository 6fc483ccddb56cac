// Operator: what differs between the hypervisors and us, how long, what it means, and the repairs that a person confirms.
import { Alert, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Finding, FindingOffer } from "../../api/types";
import { joined } from "../../table/joined";
import { MoreButton } from "../../table/MoreButton";
import { Confirm } from "../../ui/Confirm";
import { CopyId } from "../../ui/CopyId";
import { Empty } from "../../ui/Empty";
import { Facts } from "../../ui/Facts";
import { Icon } from "../../ui/Icon";
import { OperationSteps } from "../../ui/OperationSteps";
import { Page } from "../../ui/Page";
import { State } from "../../ui/State";
import { useAction } from "../../ui/useAction";
import { useOperation } from "../../ui/useOperation";
import { Ago } from "../../ui/When";
import { findingRepair, findingsQuery, findingSummaryQuery } from "./api";
import { sameFingerprint } from "./fingerprint";
import { confirmText, findingLook, findingText, referenceText } from "./findingWords";

export function FindingsPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(findingsQuery));
  const counts = useSuspenseQuery(findingSummaryQuery).data;
  return (
    <Page
      title={t`Findings`}
      lead={<Trans>Every few seconds each hypervisor is asked what it runs. What differs from what we believe stays here until it no longer does. Nothing is repaired unless you say so.</Trans>}
    >
      {counts.some((each) => each.count > 1) && (
        <Paper>
          <Facts
            rows={counts.map((each) => [
              findingText(each.kind),
              <Group key={each.kind} gap="xs">
                <span className="tabular">{each.count}</span>
                <Text size="sm" c="dimmed" component="div">
                  <Trans>
                    oldest <Ago at={each.oldest} />
                  </Trans>
                </Text>
              </Group>,
            ])}
          />
        </Paper>
      )}
      {rows.length === 0 ? (
        <Paper>
          <Empty icon="check" title={t`Nothing differs`}>
            <Text c="dimmed">
              <Trans>What the hypervisors run is what we believe.</Trans>
            </Text>
          </Empty>
        </Paper>
      ) : (
        rows.map((finding) => <Card key={finding.id} finding={finding} />)
      )}
      <MoreButton more={more} />
    </Page>
  );
}

function Card({ finding }: { finding: Finding }) {
  const [chosen, setChosen] = useState<FindingOffer | null>(null);
  const repair = useAction<FindingOffer>({
    run: (offer) => findingRepair(finding.id, offer),
    refresh: ["findings", "operations"],
    said: t`The repair has begun.`,
    then: () => setChosen(null),
  });
  const expected = chosen?.confirm;
  const fits = (text: string): boolean => sameFingerprint(text, expected ?? "");
  const typed = chosen !== null && expected != null ? { typed: { expected, label: confirmText(chosen), ...(chosen.repair === "accept_certificate" ? { fits } : {}) } } : {};
  return (
    <Paper component="article" aria-label={findingText(finding.kind)}>
      <Stack gap="sm">
        <Group justify="space-between" align="baseline">
          <Title order={2}>{findingText(finding.kind)}</Title>
          <State look={findingLook(finding.kind)} />
        </Group>
        <Text className="break">{finding.explanation}</Text>
        <Facts
          rows={[
            ...(finding.node == null ? [] : ([[t`Node`, finding.node]] as const)),
            ...(finding.reference == null ? [] : ([[referenceText(finding), <CopyId key="reference" id={finding.reference} />]] as const)),
            [t`Since`, <Ago key="since" at={finding.since} />],
          ]}
        />
        {finding.operation_id != null && <Work id={finding.operation_id} />}
        {finding.repairs.length > 0 && (
          <Group>
            {finding.repairs.map((offer) => (
              <Button key={offer.repair} variant="default" disabled={offer.refused != null} onClick={() => setChosen(offer)}>
                {offer.title}
              </Button>
            ))}
          </Group>
        )}
        {[...new Set(finding.repairs.flatMap((offer) => offer.refused ?? []))].map((why) => (
          <Text key={why} size="sm" c="dimmed">
            {why}
          </Text>
        ))}
      </Stack>
      <Confirm
        opened={chosen !== null}
        close={() => setChosen(null)}
        title={chosen?.title ?? ""}
        action={chosen?.title ?? ""}
        busy={repair.isPending}
        danger={chosen?.confirm != null}
        onConfirm={() => chosen !== null && repair.mutate(chosen)}
        {...typed}
      >
        <Text>{chosen?.effect}</Text>
        {chosen?.confirm != null && chosen.repair !== "accept_certificate" && (
          <Alert variant="outline" color="red" icon={<Icon name="warning" />}>
            <Trans>This cannot be taken back.</Trans>
          </Alert>
        )}
      </Confirm>
    </Paper>
  );
}

function Work({ id }: { id: string }) {
  const { operation } = useOperation(id);
  return operation === undefined ? null : <OperationSteps operation={operation} canRetry="any" />;
}
