// Whom invoices are made out to.
import { Button, Group, Paper, Select, Stack, TextInput, Textarea } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Organisation } from "../../api/types";
import { countryFault, nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { joined } from "../../table/joined";
import { CopyId } from "../../ui/CopyId";
import { Empty } from "../../ui/Empty";
import { Facts } from "../../ui/Facts";
import { notifyDone } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { meQuery, organisationsQuery, organisationUpdate } from "./api";

export function OrganisationPage() {
  const me = useSuspenseQuery(meQuery).data;
  const all = joined(useSuspenseInfiniteQuery(organisationsQuery)).rows;
  const mine = all.filter((each) => me.organisations.some((membership) => membership.id === each.id));
  const [chosen, setChosen] = useState(mine[0]?.id ?? "");
  const organisation = mine.find((each) => each.id === chosen);
  const role = me.organisations.find((membership) => membership.id === chosen)?.role;
  return (
    <Page title={t`Billing details`} lead={t`Invoices are made out with these details. Invoices already issued do not change.`} narrow>
      {mine.length > 1 && (
        <Select
          label={t`Organisation`}
          data={mine.map((each) => ({ value: each.id, label: each.name }))}
          value={chosen}
          onChange={(value) => setChosen(value ?? "")}
          allowDeselect={false}
        />
      )}
      <Paper>
        {organisation === undefined ? (
          <Empty icon="building" title={t`You belong to no organisation`} />
        ) : (
          <OrganisationForm key={organisation.id} organisation={organisation} role={role ?? ""} />
        )}
      </Paper>
    </Page>
  );
}

function OrganisationForm({ organisation, role }: { organisation: Organisation; role: string }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: {
        name: organisation.name,
        legal_name: organisation.legal_name ?? "",
        address: organisation.address ?? "",
        country: organisation.country ?? "",
        tax_id: organisation.tax_id ?? "",
      },
      validate: {
        name: (value: string) => nonEmpty(value, t`Give the organisation a name.`),
        country: (value: string) => (value === "" ? null : countryFault(value)),
      },
    },
    async (values) => {
      await organisationUpdate(organisation.id, {
        name: values.name.trim(),
        legal_name: values.legal_name.trim() || null,
        address: values.address.trim() || null,
        country: values.country.trim().toUpperCase() || null,
        tax_id: values.tax_id.trim() || null,
      });
      await Promise.all([cache.invalidateQueries({ queryKey: ["organisations"] }), cache.invalidateQueries({ queryKey: ["me"] })]);
      notifyDone(t`The billing details are saved.`);
    },
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <Facts
          rows={[
            [t`Organisation id`, <CopyId key="id" id={organisation.id} />],
            [t`Your role`, role],
          ]}
        />
        <ProblemAlert problem={problem} general={general} />
        <TextInput label={t`Name`} {...form.getInputProps("name")} />
        <TextInput label={t`Legal name`} description={t`As it should stand on the invoice, if it differs.`} autoComplete="organization" {...form.getInputProps("legal_name")} />
        <Textarea label={t`Address`} autosize minRows={2} autoComplete="street-address" {...form.getInputProps("address")} />
        <TextInput label={t`Country`} description={t`Two letters, such as DE. It decides the tax.`} maxLength={2} w={160} autoComplete="country" {...form.getInputProps("country")} />
        <TextInput label={t`Tax number`} description={t`For a business that has one.`} {...form.getInputProps("tax_id")} />
        <Group>
          <Button type="submit" loading={busy}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
