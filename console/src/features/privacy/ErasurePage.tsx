// Erasure: what goes, what stays and under which law; then, confirmed by the e-mail address, it is done.
import { Alert, Anchor, Button, Group, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { rememberCsrfToken } from "../../api/client";
import { useApiForm } from "../../form/useApiForm";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { Amount } from "../../ui/Amount";
import { Empty } from "../../ui/Empty";
import { capitalised } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { When } from "../../ui/When";
import { meQuery } from "../identity/api";
import { erasureCreate, erasurePreviewQuery } from "./api";

export function ErasurePage() {
  const preview = useSuspenseQuery(erasurePreviewQuery).data;
  const names = (kind: string) => preview.machines.filter((each) => each.kind === kind).map((each) => each.name).join(", ");
  return (
    <Page
      title={t`Erase your account`}
      above={
        <Anchor component={Link} to={paths.privacy()} size="sm">
          <Trans>Privacy</Trans>
        </Anchor>
      }
    >
      {preview.machines.length > 0 && (
        <Alert variant="outline" color="red" icon={<Icon name="warning" />} title={t`What you run and keep with us is destroyed`}>
          {names("machine") !== "" && (
            <Text>
              <Trans>Machines with everything on their disks, at once and without a time of grace:</Trans> {names("machine")}
            </Text>
          )}
          {names("backup") !== "" && (
            <Text>
              <Trans>Backups, also of machines that are gone already:</Trans> {names("backup")}
            </Text>
          )}
          {names("network") !== "" && (
            <Text>
              <Trans>Private networks:</Trans> {names("network")}
            </Text>
          )}
          {names("address") !== "" && (
            <Text>
              <Trans>Public addresses, which others get in time:</Trans> {names("address")}
            </Text>
          )}
        </Alert>
      )}
      {preview.bills.map((bill, index) => (
        <Alert key={index} variant="outline" color="yellow" icon={<Icon name="invoice" />} title={t`A last invoice comes first`}>
          <Trans>
            What you used and did not pay for yet is invoiced before anything goes: <Amount money={bill.total} />. The law keeps the invoice; take a copy along while you can.
          </Trans>
        </Alert>
      ))}
      <Title order={2}>
        <Trans>What goes</Trans>
      </Title>
      <DataTable
        label={t`What goes`}
        rows={preview.goes}
        rowKey={(row) => row.section}
        empty={<Empty icon="trash" title={t`Nothing`} />}
        columns={[
          { name: t`What`, lead: true, cell: (row) => capitalised(row.title) },
          { name: t`Entries`, align: "right", cell: (row) => row.count },
          { name: t`How`, prose: true, cell: (row) => row.what },
        ]}
      />
      <Title order={2}>
        <Trans>What stays, and why we must keep it</Trans>
      </Title>
      <DataTable
        label={t`What stays`}
        rows={preview.stays}
        rowKey={(row) => row.section}
        empty={<Empty icon="check" title={t`Nothing stays`} />}
        columns={[
          { name: t`What`, lead: true, cell: (row) => capitalised(row.title) },
          { name: t`Entries`, align: "right", cell: (row) => row.count },
          { name: t`Law`, prose: true, cell: (row) => row.law },
          { name: t`Until`, cell: (row) => (row.until == null ? "–" : <When at={row.until} dateOnly />) },
        ]}
      />
      <Erase />
    </Page>
  );
}

function Erase() {
  const me = useSuspenseQuery(meQuery).data;
  const navigate = useNavigate();
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { confirm_email: "" },
      validate: { confirm_email: (value: string) => (value.trim().toLowerCase() === me.email.toLowerCase() ? null : t`Type ${me.email} to confirm.`) },
    },
    async ({ confirm_email }) => {
      const erasure = await erasureCreate(confirm_email.trim());
      // The session ends with the account and the work belongs to nobody, so the public certificate is what can be followed.
      await navigate({ to: paths.goodbye(erasure.certificate_id), replace: true });
      rememberCsrfToken(null);
      cache.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "certificates" });
    },
  );
  return (
    <Paper>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <Title order={2}>
            <Trans>Erase it all</Trans>
          </Title>
          <Text>
            <Trans>
              There is no undo: the keys are destroyed with the data. You may want to{" "}
              <Anchor component={Link} to={paths.privacy()}>
                take a copy along
              </Anchor>{" "}
              first.
            </Trans>
          </Text>
          <Text>
            <Trans>A last mail with the link to your certificate is sent before your address is gone. The page after this one has the same link: keep it, nobody can find it for you later.</Trans>
          </Text>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`Type your e-mail address to confirm`} description={me.email} autoComplete="off" {...form.getInputProps("confirm_email")} />
          <Group>
            <Button type="submit" color="red.9" loading={busy} leftSection={<Icon name="trash" />}>
              <Trans>Erase my account</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
