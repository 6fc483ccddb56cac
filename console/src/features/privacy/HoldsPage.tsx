// Operator: legal holds, which pause erasure and retention for named rows until they end.
import { Button, Group, Paper, Stack, TagsInput, Text, TextInput, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { Confirm } from "../../ui/Confirm";
import { CopyId } from "../../ui/CopyId";
import { Empty } from "../../ui/Empty";
import { notifyDone } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { useAction } from "../../ui/useAction";
import { When } from "../../ui/When";
import { holdCreate, holdLift, holdsQuery } from "./api";

export function HoldsPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(holdsQuery));
  const [lifting, setLifting] = useState<string | null>(null);
  const lift = useAction<string>({ run: holdLift, refresh: ["holds"], said: t`The hold is lifted. What it had paused is done within a minute.`, then: () => setLifting(null) });
  const stands = (ends: string) => Date.parse(ends) > Date.now();
  return (
    <Page title={t`Legal holds`} lead={<Trans>Rows that a claim needs are kept although their person is erased or their term ends. Everything else goes as promised, and a hold ends by itself.</Trans>}>
      <DataTable
        label={t`Legal holds`}
        rows={rows}
        rowKey={(hold) => hold.id}
        more={more}
        empty={<Empty icon="check" title={t`Nothing is held`} />}
        columns={[
          { name: t`Matter`, lead: true, cell: (hold) => hold.matter },
          { name: t`Whose`, cell: (hold) => <CopyId id={hold.person_id ?? hold.organisation_id ?? ""} /> },
          { name: t`Kinds of data`, prose: true, cell: (hold) => hold.sections.join(", ") },
          { name: t`Answers for it`, cell: (hold) => <CopyId id={hold.placed_by} /> },
          { name: t`Ends`, cell: (hold) => <When at={hold.ends_at} /> },
          {
            name: t`Now`,
            cell: (hold) =>
              stands(hold.ends_at) ? (
                <Button variant="default" size="compact-sm" onClick={() => setLifting(hold.id)}>
                  <Trans>Lift</Trans>
                </Button>
              ) : (
                t`Ended`
              ),
          },
        ]}
      />
      <PlaceForm />
      <Confirm opened={lifting !== null} close={() => setLifting(null)} title={t`Lift this hold?`} action={t`Lift it`} busy={lift.isPending} danger onConfirm={() => lifting !== null && lift.mutate(lifting)}>
        <Text>
          <Trans>Erasures and terms that it paused are carried out at once. That cannot be taken back.</Trans>
        </Text>
      </Confirm>
    </Page>
  );
}

const NO_SECTIONS: string[] = [];

function PlaceForm() {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { person_id: "", matter: "", sections: NO_SECTIONS, ends_at: "" },
      validate: {
        person_id: (value: string) => nonEmpty(value, t`Say whose data is held.`),
        matter: (value: string) => nonEmpty(value, t`Give the number of the matter.`),
        ends_at: (value: string) => nonEmpty(value, t`A hold needs an end.`),
      },
    },
    async ({ person_id, matter, sections, ends_at }) => {
      const owner = person_id.trim();
      const whose = owner.startsWith("org_") ? { organisation_id: owner } : { person_id: owner };
      await holdCreate({ ...whose, matter: matter.trim(), sections, ends_at: `${ends_at}T00:00:00Z` });
      await cache.invalidateQueries({ queryKey: ["holds"] });
      form.reset();
      notifyDone(t`The hold stands.`);
    },
    { organisation_id: "person_id" },
  );
  return (
    <Paper>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <Title order={2}>
            <Trans>Place a hold</Trans>
          </Title>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`Whose data`} description={t`The id of a person or an organisation.`} {...form.getInputProps("person_id")} />
          <TagsInput
            label={t`Kinds of data`}
            description={t`Names of sections as they stand in exports, such as billing_payment. What their rows belong through is held with them.`}
            {...form.getInputProps("sections")}
          />
          <TextInput label={t`Number of the matter`} description={t`No names: the hold outlasts the person.`} maxLength={100} {...form.getInputProps("matter")} />
          <TextInput type="date" label={t`Ends on`} w={220} {...form.getInputProps("ends_at")} />
          <Group>
            <Button type="submit" loading={busy}>
              <Trans>Place the hold</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
