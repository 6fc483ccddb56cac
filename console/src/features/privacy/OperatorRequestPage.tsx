// Operator: one request, decided or given more time.
import { Anchor, Button, Group, Paper, Stack, Text, Textarea, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import type { RightsRequest } from "../../api/types";
import { useId } from "../../app/address";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { paths } from "../../paths";
import { notifyDone } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { When } from "../../ui/When";
import { AuthorityNote } from "./AuthorityNote";
import { RequestFacts } from "./RequestFacts";
import { operatorRequestQuery, requestAnswer, requestExtend } from "./api";
import { kindText, lastMoment } from "./requestWords";

export function OperatorRequestPage() {
  const request = useSuspenseQuery(operatorRequestQuery(useId())).data;
  return (
    <Page
      title={kindText(request.kind)}
      above={
        <Anchor component={Link} to={paths.operatorRequests()} size="sm">
          <Trans>Requests</Trans>
        </Anchor>
      }
      narrow
    >
      <RequestFacts request={request} />
      {request.closed_at == null && <AnswerForm request={request} />}
      {request.extendable_to != null && <ExtendForm request={request} until={request.extendable_to} />}
      <AuthorityNote authority={request.authority} />
    </Page>
  );
}

function useRefresh() {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: ["operator-requests"] });
}

function AnswerForm({ request }: { request: RightsRequest }) {
  const refresh = useRefresh();
  // Which button was pressed; a state would be one render late for the submit that follows the click.
  const granted = useRef(true);
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { text: "" }, validate: { text: (value: string) => nonEmpty(value, t`Say what was decided and why.`) } },
    async ({ text }) => {
      await requestAnswer(request.id, granted.current, text.trim());
      await refresh();
      notifyDone(t`The answer is sent.`);
    },
  );
  return (
    <Paper>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <Title order={2}>
            <Trans>Answer</Trans>
          </Title>
          {request.kind === "objection" && (
            <Text>
              <Trans>The use has stopped. If you refuse the objection it goes on; your reasons must weigh more than the person's interests, and they are kept on record.</Trans>
            </Text>
          )}
          <ProblemAlert problem={problem} general={general} />
          <Textarea
            label={t`What the person reads`}
            description={t`For a refusal give the reasons. The authority to complain to is added by itself.`}
            autosize
            minRows={4}
            maxLength={5000}
            {...form.getInputProps("text")}
          />
          <Group>
            <Button type="submit" loading={busy} onClick={() => (granted.current = true)}>
              {request.kind === "objection" ? t`Uphold the objection` : t`It is done`}
            </Button>
            <Button type="submit" variant="default" loading={busy} onClick={() => (granted.current = false)}>
              <Trans>Refuse it</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

function ExtendForm({ request, until }: { request: RightsRequest; until: string }) {
  const refresh = useRefresh();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { reason: "" }, validate: { reason: (value: string) => nonEmpty(value, t`Say why it needs more time.`) } },
    async ({ reason }) => {
      await requestExtend(request.id, reason.trim());
      await refresh();
      notifyDone(t`The person is told of the new deadline.`);
    },
  );
  return (
    <Paper>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <Title order={2}>
            <Trans>More time</Trans>
          </Title>
          <Text>
            <Trans>
              Where the request is complex you may extend the deadline once, until <When at={lastMoment(until)} />. The person has to be told before the present one.
            </Trans>
          </Text>
          <ProblemAlert problem={problem} general={general} />
          <Textarea label={t`Why it needs more time`} autosize minRows={2} maxLength={5000} {...form.getInputProps("reason")} />
          <Group>
            <Button type="submit" variant="default" loading={busy}>
              <Trans>Extend the deadline</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
