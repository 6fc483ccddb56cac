// The ring of SSH keys: kept once, picked at each order.
import { Button, Code, Group, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SshKey } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { sshKeyFault } from "../../form/sshKey";
import { SshKeyField } from "../../form/SshKeyField";
import { sshKeyMessage } from "../../form/sshKeyMessage";
import { useApiForm } from "../../form/useApiForm";
import { DataTable } from "../../table/DataTable";
import { Confirm } from "../../ui/Confirm";
import { Dialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { notifyDone } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { useAction } from "../../ui/useAction";
import { When } from "../../ui/When";
import { sshKeyCreate, sshKeyDelete, sshKeysQuery } from "./api";

export function SshKeysPage() {
  const keys = useSuspenseInfiniteQuery(sshKeysQuery);
  const [adding, setAdding] = useState(false);
  const [doomed, setDoomed] = useState<SshKey | null>(null);
  return (
    <Page
      title={t`SSH keys`}
      lead={<Text c="dimmed">{t`Public keys that you can pick when you order a machine.`}</Text>}
      actions={
        <Button leftSection={<Icon name="plus" />} onClick={() => setAdding(true)}>
          <Trans>Keep a key</Trans>
        </Button>
      }
    >
      <DataTable
        label={t`SSH keys`}
        rows={keys.data.pages.flatMap((page) => page.items)}
        rowKey={(key) => key.id}
        more={{ has: keys.hasNextPage, busy: keys.isFetchingNextPage, load: () => void keys.fetchNextPage() }}
        empty={
          <Empty icon="key" title={t`No keys yet`}>
            <Text c="dimmed">
              <Trans>Make one with ssh-keygen -t ed25519 and keep its public half here.</Trans>
            </Text>
          </Empty>
        }
        columns={[
          { name: t`Name`, lead: true, cell: (key) => key.name },
          { name: t`Fingerprint`, cell: (key) => <Code className="break">{key.fingerprint}</Code> },
          { name: t`Kept`, cell: (key) => <When at={key.created_at} /> },
          {
            name: t`Actions`,
            acts: true,
            cell: (key) => (
              <Button size="xs" variant="default" onClick={() => setDoomed(key)} aria-label={t`Forget the key ${key.name}`}>
                <Trans>Forget</Trans>
              </Button>
            ),
          },
        ]}
      />
      {adding && <Keep close={() => setAdding(false)} />}
      {doomed !== null && <Forget sshKey={doomed} close={() => setDoomed(null)} />}
    </Page>
  );
}

function Keep({ close }: { close: () => void }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { name: "", ssh_public_key: "" },
      validateInputOnBlur: ["ssh_public_key"],
      validate: {
        name: (value: string) => nonEmpty(value, t`Give the key a name.`),
        ssh_public_key: (value: string) => sshKeyMessage(sshKeyFault(value)),
      },
    },
    async ({ name, ssh_public_key }) => {
      await sshKeyCreate({ name: name.trim(), ssh_public_key: ssh_public_key.trim() });
      await cache.invalidateQueries({ queryKey: ["ssh-keys"] });
      notifyDone(t`The key is kept.`);
      close();
    },
  );
  return (
    <Dialog opened close={close} title={t`Keep an SSH key`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`Name`} placeholder={t`Laptop`} data-autofocus {...form.getInputProps("name")} />
          <SshKeyField {...form.getInputProps("ssh_public_key")} onFault={(message) => form.setFieldError("ssh_public_key", message)} />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              <Trans>Keep the key</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Forget({ sshKey, close }: { sshKey: SshKey; close: () => void }) {
  const forget = useAction({ run: () => sshKeyDelete(sshKey.id), refresh: ["ssh-keys"], then: close });
  return (
    <Confirm opened close={close} title={t`Forget the key “${sshKey.name}”?`} action={t`Forget the key`} busy={forget.isPending} onConfirm={() => forget.mutate()}>
      <Text>
        <Trans>Machines that were ordered with it keep it: whoever has its private half can still sign in there.</Trans>
      </Text>
    </Confirm>
  );
}
