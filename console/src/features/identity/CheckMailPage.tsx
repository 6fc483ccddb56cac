// After signing up: where the mail went and what to do if it does not come.
import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMutation, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { paths } from "../../paths";
import { asProblem } from "../../api/problem";
import { ProblemAlert } from "../../ui/ProblemView";
import { emailVerificationResend, setupQuery } from "./api";
import { Doorway } from "./Doorway";

export function CheckMailPage() {
  const email = useLocation({ select: (location) => location.state.email ?? "" });
  const setup = useSuspenseQuery(setupQuery).data;
  const resend = useMutation({ mutationFn: () => emailVerificationResend(email) });
  return (
    <Doorway title={t`Check your mail`}>
      <Stack>
        <Text>
          {email === "" ? (
            <Trans>We have sent you a mail with a link. Open it to confirm your address, then sign in.</Trans>
          ) : (
            <Trans>
              We have sent a mail to <strong>{email}</strong>. Open the link in it to confirm your address, then sign in.
            </Trans>
          )}
        </Text>
        <Text c="dimmed" size="sm">
          <Trans>It can take a minute. If it is not there, look in the spam folder, or have it sent again.</Trans>
        </Text>
        <ProblemAlert problem={resend.isError ? asProblem(resend.error) : null} />
        {resend.isSuccess && (
          <Text size="sm" role="status">
            <Trans>Sent again.</Trans>
          </Text>
        )}
        <Group>
          {email !== "" && (
            <Button variant="default" loading={resend.isPending} onClick={() => resend.mutate()}>
              <Trans>Send it again</Trans>
            </Button>
          )}
          {setup.demo && (
            <Button component="a" href={paths.mailbox()}>
              <Trans>Open the demo mailbox</Trans>
            </Button>
          )}
        </Group>
        <Anchor component={Link} to={paths.signIn()} size="sm">
          <Trans>To sign-in</Trans>
        </Anchor>
      </Stack>
    </Doorway>
  );
}
