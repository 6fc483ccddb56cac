// Operator: the work the system does for everyone, the failed first to be seen, each with its steps and a retry.
import { Accordion, Group, Paper, SegmentedControl, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Operation } from "../../api/types";
import { joined } from "../../table/joined";
import { CopyId } from "../../ui/CopyId";
import { Empty } from "../../ui/Empty";
import { MoreButton } from "../../table/MoreButton";
import { OperationSteps } from "../../ui/OperationSteps";
import { Page } from "../../ui/Page";
import { operationLook, State } from "../../ui/State";
import { useOperation } from "../../ui/useOperation";
import { Ago } from "../../ui/When";
import { operatorOperationsQuery } from "./api";

const TROUBLED = new Set<Operation["state"]>(["failed", "needs_operator"]);

export function OperationsPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(operatorOperationsQuery));
  const [filter, setFilter] = useState("all");
  const shown = filter === "troubled" ? rows.filter((operation) => TROUBLED.has(operation.state)) : rows;
  const troubled = rows.filter((operation) => TROUBLED.has(operation.state)).length;
  return (
    <Page
      title={t`Orders and work`}
      lead={t`Every order, power action, export and erasure is a list of steps that can be followed and tried again.`}
      actions={
        <SegmentedControl
          aria-label={t`Which work`}
          value={filter}
          onChange={setFilter}
          data={[
            { value: "all", label: t`All` },
            { value: "troubled", label: t`Failed (${troubled})` },
          ]}
        />
      }
    >
      {shown.length === 0 ? (
        <Paper>
          <Empty icon="order" title={filter === "troubled" ? t`Nothing has failed` : t`No work yet`} />
        </Paper>
      ) : (
        <Accordion variant="separated" keepMounted={false}>
          {shown.map((operation) => (
            <Accordion.Item key={operation.id} value={operation.id}>
              <Accordion.Control>
                <Group justify="space-between" pr="sm">
                  <Text fw={560}>{operation.title}</Text>
                  <Group gap="md">
                    <Text size="sm" c="dimmed" component="div">
                      <Ago at={operation.created_at} />
                    </Text>
                    <State look={operationLook(operation.state)} />
                  </Group>
                </Group>
              </Accordion.Control>
              <Accordion.Panel>
                <Details operation={operation} />
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      )}
      <MoreButton more={more} />
    </Page>
  );
}

function Details({ operation }: { operation: Operation }) {
  const live = useOperation(operation.id).operation ?? operation;
  return (
    <Stack>
      <Text size="sm" c="dimmed" component="div">
        <span className="mono">{operation.kind}</span> · <CopyId id={operation.id} />
      </Text>
      <OperationSteps operation={live} canRetry="any" />
    </Stack>
  );
}
