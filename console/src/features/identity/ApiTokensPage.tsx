// Keys for programs. A token is shown once, when it is made; we keep only its hash.
import { Alert, Button, Checkbox, Group, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ApiToken } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { Confirm } from "../../ui/Confirm";
import { Command } from "../../ui/CopyId";
import { Dialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { useAction } from "../../ui/useAction";
import { Ago, When } from "../../ui/When";
import { apiTokenCreate, apiTokenRevoke, apiTokensQuery } from "./api";

export function ApiTokensPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(apiTokensQuery));
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <Page
      title={t`API tokens`}
      lead={t`For the command line and your own programs. A token can do what you can do.`}
      actions={
        <Button leftSection={<Icon name="plus" />} onClick={open}>
          <Trans>New token</Trans>
        </Button>
      }
    >
      <DataTable
        label={t`API tokens`}
        rows={rows}
        rowKey={(token) => token.id}
        more={more}
        empty={<Empty icon="key" title={t`No tokens yet`} />}
        columns={[
          { name: t`Name`, lead: true, cell: (token) => token.name },
          { name: t`Begins with`, cell: (token) => <span className="mono">{token.prefix}…</span> },
          { name: t`May`, cell: (token) => (token.read_only ? t`read` : t`read and change`) },
          { name: t`Made`, cell: (token) => <When at={token.created_at} /> },
          { name: t`Last used`, cell: (token) => (token.last_used_at ? <Ago at={token.last_used_at} /> : t`never`) },
          { name: t`Action`, acts: true, align: "right", cell: (token) => <Revoke token={token} /> },
        ]}
      />
      <Dialog opened={opened} close={close} title={t`New API token`}>
        <NewToken close={close} />
      </Dialog>
    </Page>
  );
}

function NewToken({ close }: { close: () => void }) {
  const cache = useQueryClient();
  const [secret, setSecret] = useState<string | null>(null);
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { name: "", read_only: false }, validate: { name: (value: string) => nonEmpty(value, t`Give it a name, such as what will use it.`) } },
    async ({ name, read_only }) => {
      setSecret((await apiTokenCreate(name.trim(), read_only)).secret);
      await cache.invalidateQueries({ queryKey: ["api-tokens"] });
    },
  );
  if (secret !== null) {
    return (
      <Stack>
        <Alert variant="outline" color="keep" icon={<Icon name="key" />} title={t`Copy it now`}>
          <Trans>We store only its hash. It cannot be shown again.</Trans>
        </Alert>
        <Command line={secret} label={t`Copy the token`} />
        <Group justify="flex-end">
          <Button onClick={close}>
            <Trans>I have copied it</Trans>
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <TextInput label={t`Name`} placeholder={t`Backup script`} data-autofocus {...form.getInputProps("name")} />
        <Checkbox label={t`Only reading`} description={t`It can look at everything and change nothing.`} {...form.getInputProps("read_only", { type: "checkbox" })} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            <Trans>Make the token</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Revoke({ token }: { token: ApiToken }) {
  const [asked, { open, close }] = useDisclosure(false);
  const revoke = useAction({ run: () => apiTokenRevoke(token.id), refresh: ["api-tokens"], said: t`The token is revoked.`, then: close });
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={open}>
        <Trans>Revoke</Trans>
      </Button>
      <Confirm opened={asked} close={close} title={t`Revoke “${token.name}”?`} action={t`Revoke it`} busy={revoke.isPending} onConfirm={() => revoke.mutate()} danger>
        <Trans>Programs that use it are refused from now on. This cannot be undone.</Trans>
      </Confirm>
    </>
  );
}
