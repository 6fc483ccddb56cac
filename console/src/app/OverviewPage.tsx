// The first page after signing in: machines, the month's cost, and what happened last.
import { Anchor, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { activityQuery } from "../features/audit/api";
import { usageQuery } from "../features/billing/api";
import { instancesQuery } from "../features/compute/api";
import { meQuery } from "../features/identity/api";
import { paths } from "../paths";
import { joined } from "../table/joined";
import { Amount } from "../ui/Amount";
import { Empty } from "../ui/Empty";
import { Icon } from "../ui/Icon";
import { Page } from "../ui/Page";
import { instanceLook, State } from "../ui/State";
import { Ago, When } from "../ui/When";

export function OverviewPage() {
  const me = useSuspenseQuery(meQuery).data;
  return (
    <Page
      title={t`Hello, ${me.name}`}
      lead={me.organisations[0]?.name}
      actions={
        <Button component={Link} to={paths.instanceCreate()} leftSection={<Icon name="plus" />}>
          <Trans>Order a machine</Trans>
        </Button>
      }
    >
      <div className="columns">
        <Stack>
          <Machines />
          <Recent />
        </Stack>
        <Cost />
      </div>
    </Page>
  );
}

function Machines() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(instancesQuery()));
  return (
    <Paper>
      <Group justify="space-between" mb="xs">
        <Title order={2}>
          <Trans>Machines</Trans>
        </Title>
        {rows.length > 0 && (
          <Anchor component={Link} to={paths.instances()} size="sm">
            {rows.length > 5 || more.has ? t`All of them` : t`Details`}
          </Anchor>
        )}
      </Group>
      {rows.length === 0 ? (
        <Empty icon="machine" title={t`No machines yet`}>
          <Text c="dimmed">
            <Trans>Choose a size and a system; it runs within seconds.</Trans>
          </Text>
        </Empty>
      ) : (
        <ul className="plain-list">
          {rows.slice(0, 5).map((instance) => (
            <li key={instance.id}>
              <Group justify="space-between">
                <div>
                  <Anchor component={Link} to={paths.instance(instance.id)} fw={560}>
                    {instance.name}
                  </Anchor>
                  <Text size="sm" c="dimmed">
                    {instance.size.name} · {instance.template.name} · {instance.region.name}
                  </Text>
                </div>
                <State look={instanceLook(instance.state)} />
              </Group>
            </li>
          ))}
        </ul>
      )}
    </Paper>
  );
}

function Cost() {
  const usage = useSuspenseQuery(usageQuery).data;
  return (
    <Paper>
      <Stack gap={4}>
        <Title order={2}>
          <Trans>So far this month</Trans>
        </Title>
        <div className="figure">
          <Amount money={usage.gross} />
        </div>
        <Text size="sm" c="dimmed" component="div">
          <Trans>
            <Amount money={usage.tax} /> tax included
          </Trans>
        </Text>
        <Text size="sm" c="dimmed" component="div">
          <Trans>
            Until <When at={usage.period.to} dateOnly />, counted <Ago at={usage.as_of} />
          </Trans>
        </Text>
        <Anchor component={Link} to={paths.usage()} size="sm" mt="xs">
          <Trans>What it is made of</Trans>
        </Anchor>
      </Stack>
    </Paper>
  );
}

function Recent() {
  const { rows } = joined(useSuspenseInfiniteQuery(activityQuery));
  return (
    <Paper>
      <Group justify="space-between" mb="xs">
        <Title order={2}>
          <Trans>Recent activity</Trans>
        </Title>
        {rows.length > 0 && (
          <Anchor component={Link} to={paths.activity()} size="sm">
            <Trans>All of it</Trans>
          </Anchor>
        )}
      </Group>
      {rows.length === 0 ? (
        <Text c="dimmed">
          <Trans>What you and our staff do appears here.</Trans>
        </Text>
      ) : (
        <ul className="plain-list">
          {rows.slice(0, 6).map((entry) => (
            <li key={entry.id}>
              <div className="step-head">
                <span>{entry.summary}</span>
                <Text span size="sm" c="dimmed">
                  {entry.actor.name ?? "Fairhold"} · <Ago at={entry.at} />
                </Text>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Paper>
  );
}
