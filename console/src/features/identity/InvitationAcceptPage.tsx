// The link of an invitation ends here: join with the account that is signed in, or make one with the link.
import { Alert, Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { asProblem } from "../../api/problem";
import { queries } from "../../api/queries";
import { paths } from "../../paths";
import { Icon } from "../../ui/Icon";
import { ProblemAlert } from "../../ui/ProblemView";
import { When } from "../../ui/When";
import { invitationAccept, invitationQuery, meQuery } from "./api";
import { Doorway } from "./Doorway";
import { takeFragment } from "./fragment";
import { choose } from "./place";
import { roleMeans, roleName } from "./words";

export function InvitationAcceptPage() {
  const [token] = useState(takeFragment);
  const invitation = useQuery({ ...invitationQuery(token), enabled: token !== "" });
  const me = useQuery({ ...meQuery, retry: false });
  const navigate = useNavigate();
  const router = useRouter();
  const accept = useMutation({
    mutationFn: () => invitationAccept(token),
    onSuccess: async ({ organisation_id }) => {
      await queries.invalidateQueries({ queryKey: ["me"] });
      const fresh = await queries.fetchQuery(meQuery);
      const project = fresh.organisations.find((each) => each.id === organisation_id)?.projects[0];
      if (project !== undefined) await choose(project.id);
      await navigate({ to: paths.overview(), replace: true });
    },
  });
  if (token === "" || invitation.isError) {
    return (
      <Doorway title={t`This invitation does not work`}>
        <Stack>
          <Text>
            <Trans>It was used, taken back or is older than a week. Ask for a new one; if you accepted it already, sign in.</Trans>
          </Text>
          <Button component={Link} to={paths.signIn()}>
            <Trans>Sign in</Trans>
          </Button>
        </Stack>
      </Doorway>
    );
  }
  if (invitation.data === undefined || me.isPending) return <Doorway title={t`Your invitation`}>{null}</Doorway>;
  const { organisation, invited_by, role, email, expires_at } = invitation.data;
  return (
    <Doorway title={t`Join ${organisation}`}>
      <Stack>
        <Text>
          {invited_by == null ? (
            <Trans>You are invited as {roleName(role)}.</Trans>
          ) : (
            <Trans>
              {invited_by} invites you as {roleName(role)}.
            </Trans>
          )}{" "}
          {roleMeans(role)}
        </Text>
        <Text size="sm" c="dimmed" component="div">
          <Trans>
            Works until <When at={expires_at} />
          </Trans>
        </Text>
        <ProblemAlert problem={accept.isError ? asProblem(accept.error) : null} />
        {me.data !== undefined ? (
          <>
            {me.data.email !== email && (
              <Alert variant="outline" color="keep" icon={<Icon name="person" />}>
                <Trans>
                  The invitation went to {email}, and you are signed in as {me.data.email}. It works for this account too.
                </Trans>
              </Alert>
            )}
            <Button loading={accept.isPending} onClick={() => accept.mutate()}>
              <Trans>Join as {me.data.name}</Trans>
            </Button>
          </>
        ) : (
          <>
            <Button component={Link} to={paths.signUp()} state={{ email, invitation: token }}>
              <Trans>Open an account and join</Trans>
            </Button>
            <Group gap={6}>
              <Text size="sm">
                <Trans>Have an account already?</Trans>
              </Text>
              <Anchor component="button" type="button" size="sm" onClick={() => router.history.push(`${paths.signIn()}?next=${encodeURIComponent(paths.invitation())}`)}>
                <Trans>Sign in, then come back here</Trans>
              </Anchor>
            </Group>
          </>
        )}
      </Stack>
    </Doorway>
  );
}
