// The operator's first page: is everything well, and where to look if not.
import { Anchor, Paper, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { nodesQuery, operatorOperationsQuery } from "../features/compute/api";
import { nodeCapacity } from "../features/compute/nodeCapacity";
import { trustQuery } from "../features/privacy/api";
import { paths } from "../paths";
import { joined } from "../table/joined";
import { Page } from "../ui/Page";
import { nodeLook, operationLook, promiseLook, State } from "../ui/State";
import { Ago } from "../ui/When";

export function OperatorPage() {
  const nodes = joined(useSuspenseInfiniteQuery(nodesQuery)).rows;
  const operations = joined(useSuspenseInfiniteQuery(operatorOperationsQuery)).rows;
  const trust = useSuspenseQuery(trustQuery).data;
  const troubled = operations.filter((operation) => operation.state === "failed" || operation.state === "needs_operator");
  const broken = trust.promises.filter((promise) => !promise.holds);
  return (
    <Page title={t`Overview`}>
      <div className="halves">
        <Paper>
          <Stack gap="sm">
            <Title order={2}>
              <Trans>Nodes</Trans>
            </Title>
            {nodes.map((node) => (
              <div key={node.id}>
                <div className="step-head">
                  <Anchor component={Link} to={paths.operatorNodes()} fw={560}>
                    {node.name}
                  </Anchor>
                  <State look={nodeLook(node)} />
                </div>
                <Text size="sm" c="dimmed">
                  {nodeCapacity(node)}
                </Text>
              </div>
            ))}
            {nodes.length === 0 && (
              <Text c="dimmed">
                <Trans>No node is known: nothing can run yet.</Trans>
              </Text>
            )}
          </Stack>
        </Paper>
        <Paper>
          <Stack gap="sm">
            <Title order={2}>
              <Trans>Promises</Trans>
            </Title>
            <State look={promiseLook(broken.length === 0)} />
            <Text>
              {broken.length > 0 ? (
                <Plural value={broken.length} one="# promise is broken at present." other="# promises are broken at present." />
              ) : (
                <Plural value={trust.promises.length} one="# promise is checked against the live system." other="# promises are checked against the live system." />
              )}
            </Text>
            <Anchor component={Link} to={paths.operatorTrust()} size="sm">
              <Trans>See each of them</Trans>
            </Anchor>
          </Stack>
        </Paper>
      </div>
      <Paper>
        <div className="step-head">
          <Title order={2}>
            <Trans>Work that failed</Trans>
          </Title>
          <Anchor component={Link} to={paths.operatorOrders()} size="sm">
            <Trans>All work</Trans>
          </Anchor>
        </div>
        {troubled.length === 0 ? (
          <Text c="dimmed">
            <Trans>Nothing has failed.</Trans>
          </Text>
        ) : (
          <ul className="plain-list">
            {troubled.slice(0, 8).map((operation) => (
              <li key={operation.id}>
                <div className="step-head">
                  <Anchor component={Link} to={paths.operatorOrders()}>
                    {operation.title}
                  </Anchor>
                  <span>
                    <Ago at={operation.created_at} /> <State look={operationLook(operation.state)} />
                  </span>
                </div>
              </li>
            ))}
          </ul>
        )}
      </Paper>
    </Page>
  );
}
