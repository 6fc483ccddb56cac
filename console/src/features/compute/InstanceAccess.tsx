// Getting into a machine: a new root password, or a further SSH key. Both change something inside it, so both ask for a plain yes.
import { Alert, Anchor, Button, Checkbox, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Instance } from "../../api/types";
import { useApiForm } from "../../form/useApiForm";
import { paths } from "../../paths";
import { Command } from "../../ui/CopyId";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { ProblemAlert } from "../../ui/ProblemView";
import { UnderWay } from "../../ui/UnderWay";
import { instanceAuthoriseKey, instanceSetPassword, sshKeysQuery } from "./api";
import { newPassword } from "./newPassword";

interface AccessProps {
  instance: Instance;
  close: () => void;
}

export default function InstanceAccess({ instance, kind, close }: AccessProps & { kind: "password" | "key" }) {
  const title = kind === "password" ? t`Set the root password of ${instance.name}` : t`Add an SSH key to ${instance.name}`;
  return (
    <Dialog opened close={close} title={title} size="lg">
      {kind === "password" ? <Password instance={instance} close={close} /> : <Key instance={instance} close={close} />}
    </Dialog>
  );
}

function Password({ instance, close }: AccessProps) {
  const [done, setDone] = useState<string | null>(null);
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { password: newPassword(), enter_guest: false },
      validate: {
        password: (value: string) => (/^[!-~]{12,128}$/.test(value) ? null : t`Use 12 to 128 letters, digits and signs, without spaces.`),
        enter_guest: (value: boolean) => (value ? null : t`Say yes to this, or leave the machine as it is.`),
      },
    },
    async (values) => setDone((await instanceSetPassword(instance.id, values)).id),
  );
  if (done !== null) {
    return (
      <UnderWay operation={done} close={close}>
        <Text>
          <Trans>This is the only time that the password is shown. Keep it in a password manager.</Trans>
        </Text>
        <Command line={form.values.password} label={t`Copy the password`} />
      </UnderWay>
    );
  }
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <TextInput
          label={t`New root password`}
          description={t`Made in your browser; type another if you like. We keep neither it nor its hash.`}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          {...form.getInputProps("password")}
        />
        <Consent what={t`Yes, change the root user's password inside the machine for me.`} {...form.getInputProps("enter_guest", { type: "checkbox" })} />
        <Send busy={busy} close={close} text={t`Set the password`} />
      </Stack>
    </form>
  );
}

function Key({ instance, close }: AccessProps) {
  const [done, setDone] = useState<string | null>(null);
  const keys = useInfiniteQuery(sshKeysQuery).data?.pages.flatMap((page) => page.items) ?? [];
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { ssh_key_id: "", enter_guest: false },
      validate: {
        ssh_key_id: (value: string) => (value === "" ? t`Choose a key.` : null),
        enter_guest: (value: boolean) => (value ? null : t`Say yes to this, or leave the machine as it is.`),
      },
    },
    async (values) => setDone((await instanceAuthoriseKey(instance.id, values)).id),
  );
  if (done !== null) return <UnderWay operation={done} close={close} />;
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <Select label={t`Kept key`} data={keys.map((key) => ({ value: key.id, label: `${key.name} (${key.fingerprint})` }))} data-autofocus {...form.getInputProps("ssh_key_id")} />
        <Text size="sm" c="dimmed">
          <Trans>
            Keep further keys at <Anchor component={Link} to={paths.sshKeys()}>SSH keys</Anchor>. A machine that is rebuilt has the key of its order only.
          </Trans>
        </Text>
        <Consent what={t`Yes, add the key inside the machine for me: its owner can then sign in as root.`} {...form.getInputProps("enter_guest", { type: "checkbox" })} />
        <Send busy={busy} close={close} text={t`Add the key`} />
      </Stack>
    </form>
  );
}

function Consent({ what, ...input }: { what: string; checked?: boolean; error?: ReactNode }) {
  return (
    <Alert variant="outline" color="keep" icon={<Icon name="key" />} title={t`This enters your machine`}>
      <Stack gap="xs">
        <Text size="sm">
          <Trans>Nobody does so unasked. Your yes goes into the activity log.</Trans>
        </Text>
        <Checkbox label={what} {...input} />
      </Stack>
    </Alert>
  );
}

function Send({ busy, close, text }: { busy: boolean; close: () => void; text: string }) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={close}>
        <Trans>Leave it as it is</Trans>
      </Button>
      <Button type="submit" loading={busy}>
        {text}
      </Button>
    </Group>
  );
}
