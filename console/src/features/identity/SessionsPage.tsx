// Where someone is signed in, and ending any of it.
import { Anchor, Button, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Session } from "../../api/types";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { useAction } from "../../ui/useAction";
import { Ago, When } from "../../ui/When";
import { sessionEndOthers, sessionRevoke, sessionsQuery } from "./api";
import { deviceName } from "./words";

export function SessionsPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(sessionsQuery));
  const others = useAction({ run: sessionEndOthers, refresh: ["sessions"], said: t`All other sessions are ended.` });
  return (
    <Page
      title={t`Sessions`}
      lead={
        <Trans>
          Everywhere you are signed in. End what you do not recognise, then change your password. Who tried to get in is in the{" "}
          <Anchor component={Link} to={paths.signIns()}>
            sign-in history
          </Anchor>
          .
        </Trans>
      }
      actions={
        rows.length > 1 && (
          <Button variant="default" loading={others.isPending} onClick={() => others.mutate()}>
            <Trans>Sign out everywhere else</Trans>
          </Button>
        )
      }
    >
      <DataTable
        label={t`Sessions`}
        rows={rows}
        rowKey={(session) => session.id}
        more={more}
        empty={<Empty icon="device" title={t`No sessions`} />}
        columns={[
          {
            name: t`Browser`,
            lead: true,
            cell: (session) => (
              <>
                {deviceName(session)}
                {session.current && (
                  <Text span c="dimmed" size="sm">
                    {" "}
                    <Trans>(this one)</Trans>
                  </Text>
                )}
              </>
            ),
          },
          { name: t`Network`, cell: (session) => <span className="mono">{session.network ?? "–"}</span> },
          { name: t`Signed in`, cell: (session) => <When at={session.created_at} /> },
          { name: t`Last used`, cell: (session) => <Ago at={session.last_seen_at} /> },
          { name: t`Action`, acts: true, align: "right", cell: (session) => <End session={session} /> },
        ]}
      />
    </Page>
  );
}

function End({ session }: { session: Session }) {
  const end = useAction({ run: () => sessionRevoke(session.id), refresh: ["sessions"], said: t`The session is ended.` });
  if (session.current) {
    return (
      <Text span size="sm" c="dimmed">
        <Trans>Sign out to end it</Trans>
      </Text>
    );
  }
  return (
    <Button variant="default" size="compact-sm" loading={end.isPending} onClick={() => end.mutate()}>
      <Trans>End it</Trans>
    </Button>
  );
}
