// The frame of every page before signing in: mark, one card, and the ways to the policies.
import { Anchor, Paper, Text, Title } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { paths } from "../../paths";
import { Mark } from "../../ui/Mark";
import { useTitle } from "../../ui/Page";

export function Doorway({ title, lead, wide, children }: { title: string; lead?: ReactNode; wide?: boolean; children: ReactNode }) {
  useTitle(title);
  return (
    <div className="doorway">
      <a className="brand" href={paths.home()}>
        <Mark size={32} />
        Fairhold
      </a>
      <main className="doorway-card" data-wide={wide || undefined}>
        <Paper p="lg">
          <Title order={1} mb={4}>
            {title}
          </Title>
          {lead !== undefined && (
            <Text c="dimmed" mb="lg" component="div">
              {lead}
            </Text>
          )}
          {children}
        </Paper>
      </main>
      <footer className="doorway-foot">
        <Anchor href={paths.publicPrivacy()} size="sm">
          <Trans>Privacy</Trans>
        </Anchor>
        <Anchor href={paths.publicCookies()} size="sm">
          <Trans>Cookies</Trans>
        </Anchor>
        <Anchor href={paths.publicChoices()} size="sm">
          <Trans>Privacy choices</Trans>
        </Anchor>
        <Anchor href={paths.publicTrust()} size="sm">
          <Trans>Promises we keep</Trans>
        </Anchor>
      </footer>
    </div>
  );
}
