// Operator, demo only: move billing's clock forward to see a period end. It never goes back.
import { Alert, Button, Group, Paper, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useApiForm } from "../../form/useApiForm";
import { formatUtc } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { notifyDone } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { testClockAdvance, testClockQuery } from "./api";
import { nextMonth } from "./nextMonth";

export function TestClockPage() {
  const clock = useSuspenseQuery(testClockQuery).data;
  return (
    <Page title={t`Test clock`} lead={t`Billing reads this clock, so that the end of a month can be seen today.`} narrow>
      <Paper>
        <Stack>
          <div>
            <Text size="sm" c="dimmed">
              <Trans>Billing time</Trans>
            </Text>
            <div className="figure">{formatUtc(clock.now)}</div>
          </div>
          {clock.enabled ? (
            <Advance now={clock.now} />
          ) : (
            <Alert variant="outline" color="gray" icon={<Icon name="clock" />} title={t`The clock is the real one`}>
              <Trans>It can be moved only where the operator has switched on the test payment provider.</Trans>
            </Alert>
          )}
        </Stack>
      </Paper>
    </Page>
  );
}

function Advance({ now }: { now: string }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { to: nextMonth(now).slice(0, 16) },
      validate: { to: (value: string) => (Date.parse(`${value}:00Z`) > Date.parse(now) ? null : t`Choose a time after the present billing time.`) },
    },
    async ({ to }) => {
      const clock = await testClockAdvance(`${to}:00Z`);
      await cache.invalidateQueries();
      form.setValues({ to: nextMonth(clock.now).slice(0, 16) });
      notifyDone(t`Billing time is now ${formatUtc(clock.now)}. Ended periods are being invoiced.`);
    },
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <TextInput type="datetime-local" label={t`Move it to (UTC)`} description={t`Suggested: the first minute of the next month, when the running period has ended.`} {...form.getInputProps("to")} />
        <Group>
          <Button type="submit" loading={busy} leftSection={<Icon name="clock" />}>
            <Trans>Move the clock</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
