// What is held about someone, taking a copy along, and the way to erasure.
import { Anchor, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { Empty } from "../../ui/Empty";
import { capitalised } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { When } from "../../ui/When";
import { holdingsQuery, noticesQuery } from "./api";
import { ExportPanel } from "./ExportPanel";

export function PrivacyPage() {
  const holdings = useSuspenseQuery(holdingsQuery).data;
  const notices = useQuery(noticesQuery).data ?? [];
  return (
    <Page
      title={t`Privacy`}
      lead={
        <Trans>
          All of it comes from the running system, not from a text written beside it. The rules are in the <Anchor href={paths.publicPrivacy()}>privacy policy</Anchor> and the{" "}
          <Anchor href={paths.publicRetention()}>retention table</Anchor>.
        </Trans>
      }
    >
      <Title order={2}>
        <Trans>What we hold about you</Trans>
      </Title>
      <DataTable
        label={t`What we hold about you`}
        rows={holdings.sections}
        rowKey={(section) => section.section}
        empty={<Empty icon="privacy" title={t`Nothing`} />}
        columns={[
          { name: t`What`, lead: true, cell: (section) => <Section title={capitalised(section.title)} what={section.categories.join(", ")} /> },
          { name: t`Entries`, align: "right", cell: (section) => section.count },
          { name: t`Kept`, prose: true, cell: (section) => section.kept },
        ]}
      />
      <div className="halves">
        <ExportPanel />
        <Paper>
          <Stack gap="sm">
            <Title order={2}>
              <Trans>Have it erased</Trans>
            </Title>
            <Text>
              <Trans>First you see what goes, what stays and under which law. You get a certificate that anyone can check.</Trans>
            </Text>
            <Group>
              <Button variant="default" component={Link} to={paths.erasure()} leftSection={<Icon name="trash" />}>
                <Trans>See what an erasure would do</Trans>
              </Button>
            </Group>
          </Stack>
        </Paper>
      </div>
      <div className="halves">
        <Paper>
          <Stack gap="sm">
            <Title order={2}>
              <Trans>Ask for something</Trans>
            </Title>
            <Text>
              <Trans>Have something put right, complain, or ask a question. Every request has a deadline, and you see how it stands.</Trans>
            </Text>
            <Group>
              <Button variant="default" component={Link} to={paths.requestCreate()} leftSection={<Icon name="plus" />}>
                <Trans>New request</Trans>
              </Button>
              <Button variant="subtle" component={Link} to={paths.requests()}>
                <Trans>Your requests</Trans>
              </Button>
            </Group>
          </Stack>
        </Paper>
        <Paper>
          <Stack gap="sm">
            <Title order={2}>
              <Trans>Limit its use</Trans>
            </Title>
            <Text>
              <Trans>Object to a single use, or have everything kept and not used. It works at once.</Trans>
            </Text>
            <Group>
              <Button variant="default" component={Link} to={paths.limits()} leftSection={<Icon name="privacy" />}>
                <Trans>See and change the limits</Trans>
              </Button>
              <Button variant="subtle" component={Link} to={paths.rights()}>
                <Trans>Your rights</Trans>
              </Button>
            </Group>
          </Stack>
        </Paper>
      </div>
      {notices.length > 0 && (
        <>
          <Title order={2}>
            <Trans>What we told you about the policy</Trans>
          </Title>
          <DataTable
            label={t`What we told you about the policy`}
            rows={notices}
            rowKey={(notice) => notice.id}
            empty={null}
            columns={[
              { name: t`Version`, lead: true, cell: (notice) => <Anchor href={paths.publicPolicyVersion(notice.version)}>{t`Version ${notice.version}`}</Anchor> },
              { name: t`In force from`, cell: (notice) => <When at={notice.effective_at} dateOnly /> },
              { name: t`How`, cell: (notice) => (notice.channel === "mail" ? t`By mail` : t`In your account`) },
              { name: t`When`, cell: (notice) => <When at={notice.at} /> },
              { name: t`Seen`, cell: (notice) => (notice.seen_at == null ? "–" : <When at={notice.seen_at} />) },
            ]}
          />
        </>
      )}
      <Paper>
        <Group justify="space-between">
          <div>
            <Title order={2}>
              <Trans>Cookies and optional uses</Trans>
            </Title>
            <Text c="dimmed">
              <Trans>Nothing optional happens unless you allowed it.</Trans>
            </Text>
          </div>
          <Button variant="default" component="a" href={paths.publicChoices()}>
            <Trans>See or change your choices</Trans>
          </Button>
        </Group>
      </Paper>
    </Page>
  );
}

function Section({ title, what }: { title: string; what: string }) {
  return (
    <>
      {title}
      <Text size="sm" c="dimmed" fw={400}>
        {what}
      </Text>
    </>
  );
}
