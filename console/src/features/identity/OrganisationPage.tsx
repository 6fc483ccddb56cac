// Whom invoices are made out to.
import { Button, Group, Paper, Stack, TextInput, Textarea } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import type { Organisation, Role } from "../../api/types";
import { countryFault, nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { joined } from "../../table/joined";
import { CopyId } from "../../ui/CopyId";
import { Empty } from "../../ui/Empty";
import { Facts } from "../../ui/Facts";
import { notifyDone } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { organisationsQuery, organisationUpdate } from "./api";
import { useChosen } from "./place";
import { roleName } from "./words";

export function OrganisationPage() {
  const all = joined(useSuspenseInfiniteQuery(organisationsQuery)).rows;
  const chosen = useChosen();
  const organisation = all.find((each) => each.id === chosen?.organisation.id);
  return (
    <Page title={t`Billing details`} lead={t`Invoices are made out with these details. Invoices already issued do not change.`} narrow>
      <Paper>
        {organisation === undefined || chosen === null ? (
          <Empty icon="building" title={t`You belong to no organisation`} />
        ) : (
          <OrganisationForm key={organisation.id} organisation={organisation} role={chosen.organisation.role} />
        )}
      </Paper>
    </Page>
  );
}

function OrganisationForm({ organisation, role }: { organisation: Organisation; role: Role }) {
  const cache = useQueryClient();
  const keeps = role === "owner" || role === "admin" || role === "billing";
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
            [t`Your role`, roleName(role)],
          ]}
        />
        <ProblemAlert problem={problem} general={general} />
        <TextInput label={t`Name`} {...form.getInputProps("name")} />
        <TextInput label={t`Legal name`} description={t`As it should stand on the invoice, if it differs.`} autoComplete="organization" {...form.getInputProps("legal_name")} />
        <Textarea label={t`Address`} autosize minRows={2} autoComplete="street-address" {...form.getInputProps("address")} />
        <TextInput label={t`Country`} description={t`Two letters, such as DE. It decides the tax.`} maxLength={2} w={160} autoComplete="country" {...form.getInputProps("country")} />
        <TextInput label={t`Tax number`} description={t`For a business that has one.`} {...form.getInputProps("tax_id")} />
        <Group>
          <Button type="submit" loading={busy} disabled={!keeps} title={keeps ? undefined : t`Owners, admins and those who pay keep these details.`}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
