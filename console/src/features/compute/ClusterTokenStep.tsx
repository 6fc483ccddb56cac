// The third step of enrolling: who we are to the cluster. The token is tried, and what it lacks is named.
import { Anchor, Button, Collapse, Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import type { ClusterAddress, ClusterSurvey } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { Command } from "../../ui/CopyId";
import { ProblemAlert } from "../../ui/ProblemView";
import { clusterCheck } from "./api";
import { ClusterSurveyView } from "./ClusterSurvey";

export interface Token extends Record<string, unknown> {
  token_id: string;
  token_secret: string;
}

const PRIVILEGES =
  "VM.Allocate VM.Clone VM.Audit VM.PowerMgmt VM.Console VM.Snapshot VM.Snapshot.Rollback VM.Backup VM.Config.CDROM VM.Config.CPU VM.Config.Cloudinit VM.Config.Disk " +
  "VM.Config.HWType VM.Config.Memory VM.Config.Network VM.Config.Options Datastore.AllocateSpace Datastore.AllocateTemplate Datastore.Audit Pool.Allocate Pool.Audit Sys.Audit SDN.Use";

const COMMANDS = [
  `pveum role add Fairhold --privs "${PRIVILEGES}"`,
  "pveum user add fairhold@pve",
  "pveum acl modify / --users fairhold@pve --roles Fairhold",
  "pveum user token add fairhold@pve fairhold --privsep 0",
];

interface TokenStepProps {
  addresses: ClusterAddress[];
  token: Token;
  back: () => void;
  onward: (token: Token, survey: ClusterSurvey) => void;
}

export function ClusterTokenStep({ addresses, token, back, onward }: TokenStepProps) {
  const [survey, setSurvey] = useState<ClusterSurvey | null>(null);
  const [help, { toggle }] = useDisclosure(false);
  const { form, problem, general, busy, onSubmit } = useApiForm<Token>(
    {
      initialValues: token,
      validate: {
        token_id: (value: string) => (/^[^@\s]+@[^!\s]+![^\s]+$/.test(value.trim()) ? null : t`A token's id is written user@realm!name.`),
        token_secret: (value: string) => nonEmpty(value, t`It was shown once, when the token was made.`),
      },
      onValuesChange: () => setSurvey(null),
    },
    async (values) => {
      const seen = await clusterCheck({ addresses, token_id: values.token_id.trim(), token_secret: values.token_secret.trim(), mapping: null });
      setSurvey(seen);
    },
  );
  const usable = survey?.version != null;
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <TextInput label={t`Token`} description="user@realm!name" autoComplete="off" {...form.getInputProps("token_id")} />
        <PasswordInput label={t`Secret`} description={t`It is sealed where it is kept, and shown to nobody again.`} autoComplete="off" {...form.getInputProps("token_secret")} />
        <div>
          <Anchor component="button" type="button" size="sm" onClick={toggle} aria-expanded={help}>
            <Trans>How to make one</Trans>
          </Anchor>
          <Collapse expanded={help}>
            <Stack gap="xs" pt="xs">
              <Text size="sm">
                <Trans>On any node of the cluster. The last line prints the secret once. On version 9 also add VM.GuestAgent.Unrestricted to the role, on version 8 VM.Monitor: for passwords and keys of running machines. This grants on the whole cluster; the operator guide shows how to grant no more than a pool.</Trans>
              </Text>
              {COMMANDS.map((line) => (
                <Command key={line} line={line} label={t`Copy the command`} />
              ))}
            </Stack>
          </Collapse>
        </div>
        {survey !== null && <ClusterSurveyView survey={survey} mapped={false} />}
        <Group justify="space-between">
          <Button variant="default" onClick={back}>
            <Trans>Back</Trans>
          </Button>
          <Group>
            <Button type="submit" variant={usable ? "default" : "filled"} loading={busy}>
              {survey === null ? <Trans>Try the token</Trans> : <Trans>Try again</Trans>}
            </Button>
            {survey !== null && usable && (
              <Button onClick={() => onward({ token_id: form.values.token_id.trim(), token_secret: form.values.token_secret.trim() }, survey)}>
                <Trans>Go on</Trans>
              </Button>
            )}
          </Group>
        </Group>
      </Stack>
    </form>
  );
}
