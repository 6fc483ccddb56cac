// Which rights someone has, by where they live; who watches over them there.
import { Anchor, Badge, Group, Paper, Select, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Law } from "../../api/types";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { AuthorityNote } from "./AuthorityNote";
import { rightsQuery } from "./api";
import { placeText } from "./places";

function rights(): [string, string][] {
  return [
    ["told", t`Be told what happens`],
    ["access", t`Get a copy`],
    ["sources", t`Learn sources and recipients`],
    ["correct", t`Have it corrected`],
    ["erase", t`Have it erased`],
    ["restrict", t`Restrict its use`],
    ["object", t`Object to a use`],
    ["portability", t`Take it elsewhere`],
    ["automated", t`No decision by a program alone`],
    ["withdraw", t`Withdraw a consent`],
    ["complain", t`Complain to us, with a deadline`],
    ["authority", t`Complain to an authority`],
  ];
}

export function RightsPage() {
  const [place, setPlace] = useState<string | null>(null);
  const found = useQuery({ ...rightsQuery(place), placeholderData: keepPreviousData }).data;
  if (found === undefined) return null;
  return (
    <Page
      title={t`Your rights`}
      lead={<Trans>We give every right below to everybody, wherever they live. What the law where you live adds stands beside it.</Trans>}
      above={
        <Anchor component={Link} to={paths.privacy()} size="sm">
          <Trans>Privacy</Trans>
        </Anchor>
      }
    >
      <Paper>
        <Select
          label={t`Where you live`}
          description={t`Choose it to see the laws that protect you. Nothing of this is stored.`}
          placeholder={t`Where we are`}
          data={found.places.map((code) => ({ value: code, label: placeText(code) }))}
          value={place}
          onChange={setPlace}
          searchable
          clearable
          clearButtonProps={{ "aria-label": t`Clear` }}
          maw={360}
        />
      </Paper>
      {found.laws.map((law) => (
        <LawTable key={law.key} law={law} />
      ))}
      <AuthorityNote authority={found.authority} />
    </Page>
  );
}

function LawTable({ law }: { law: Law }) {
  const rows = rights().map(([key, text]) => {
    const [answer = "", ...cite] = (law.rights[key] ?? "").split(": ");
    return { key, text, answer, cite: cite.join(": ") };
  });
  return (
    <section>
      <Group gap="sm" mb={4}>
        <Title order={2}>{law.name}</Title>
        {law.status === "unreviewed" && (
          <Badge variant="outline" color="gray">
            <Trans>Not reviewed yet</Trans>
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        {law.source}
      </Text>
      <DataTable
        label={law.name}
        rows={rows}
        rowKey={(row) => row.key}
        empty={<Empty icon="privacy" title={t`Nothing`} />}
        columns={[
          { name: t`Right`, lead: true, cell: (row) => row.text },
          { name: t`Given`, cell: (row) => (row.answer === "yes" ? t`Yes` : row.answer === "part" ? t`In part` : t`No`) },
          { name: t`Where it says so`, prose: true, cell: (row) => row.cite || "–" },
        ]}
      />
    </section>
  );
}
