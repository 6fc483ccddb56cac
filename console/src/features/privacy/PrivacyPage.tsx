// What is held about someone, taking a copy along, and the way to erasure.
import { Anchor, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { holdingsQuery } from "./api";
import { ExportPanel } from "./ExportPanel";

export function PrivacyPage() {
  const holdings = useSuspenseQuery(holdingsQuery).data;
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
          { name: t`What`, lead: true, cell: (section) => <Section title={section.title} what={section.categories.join(", ")} /> },
          { name: t`Entries`, align: "right", cell: (section) => section.count },
          { name: t`Kept`, cell: (section) => section.kept },
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
