// A host: how full it is, whether it is under maintenance, and moving its machines away.
import { Button, Group, NumberInput, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import type { ComponentProps, ReactNode } from "react";
import type { Host, Node } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { Confirm } from "../../ui/Confirm";
import { Dialog } from "../../ui/Dialog";
import { Facts } from "../../ui/Facts";
import { formatMemory } from "../../ui/format";
import { Meter } from "../../ui/Meter";
import { notifyDone } from "../../ui/notify";
import { ProblemAlert } from "../../ui/ProblemView";
import { hostLook, State } from "../../ui/State";
import { useAction } from "../../ui/useAction";
import { Ago } from "../../ui/When";
import { WhyButton } from "../../ui/WhyButton";
import { HostDrain } from "./HostDrain";
import { drainCreate, hostUpdate } from "./hostApi";

export function HostCard({ node, host }: { node: Node; host: Host }) {
  return (
    <Paper component="article" aria-label={host.name}>
      <Stack gap="md">
        <Group justify="space-between" align="baseline">
          <Group gap="sm">
            <Title order={2}>{host.name}</Title>
            <State look={hostLook(host)} />
          </Group>
          <Group gap="xs">
            <Drain node={node} host={host} />
            {host.maintenance == null ? <Begin node={node} host={host} /> : <End node={node} host={host} />}
          </Group>
        </Group>
        <Facts rows={facts(node, host)} />
        {host.drain_id != null && <HostDrain node={node.id} host={host} />}
      </Stack>
    </Paper>
  );
}

function facts(node: Node, host: Host): [string, ReactNode][] {
  const strangers = node.strangers.filter((stranger) => stranger.host === host.name).length;
  return [
    ...(host.maintenance == null
      ? []
      : ([
          [t`Maintenance`, host.maintenance.reason],
          [t`Since`, <Ago key="since" at={host.maintenance.since} />],
        ] satisfies [string, ReactNode][])),
    [t`Machines`, host.instances],
    ...(strangers === 0 ? [] : ([[t`Guests of others`, t`${strangers}; they stay where they are`]] satisfies [string, ReactNode][])),
    [
      t`CPU`,
      host.cpu_permille == null ? (
        t`${host.cpus} CPU`
      ) : (
        <Meter key="cpu" used={host.cpu_permille} of={1000} text={t`${host.cpus} CPU, ${Math.round(host.cpu_permille / 10)} % busy`} />
      ),
    ],
    [t`Memory in use`, <Meter key="memory" used={host.memory_used_mib} of={host.memory_mib} text={t`${formatMemory(host.memory_used_mib)} of ${formatMemory(host.memory_mib)}; ${formatMemory(host.memory_promised_mib)} promised`} />],
  ];
}

/** Why machines cannot be moved off this host now; null when they can. */
function stuck(node: Node, host: Host): string | null {
  if (host.instances === 0) return t`No machine is on it.`;
  return node.hosts.length < 2 ? t`The node has no other host.` : null;
}

function Drain({ node, host }: { node: Node; host: Host }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <WhyButton why={stuck(node, host)} variant="default" size="compact-sm" onClick={open} aria-label={t`Move machines away from ${host.name}`}>
        <Trans>Move machines away</Trans>
      </WhyButton>
      <Dialog opened={opened} close={close} title={t`Move the machines off ${host.name}`}>
        <DrainForm node={node} host={host} close={close} />
      </Dialog>
    </>
  );
}

function DrainForm({ node, host, close }: { node: Node; host: Host; close: () => void }) {
  const cache = useQueryClient();
  const resting = host.maintenance != null;
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { reason: "", at_once: 2 },
      validate: { reason: (value: string) => (resting ? null : nonEmpty(value, t`Say what is done to the host.`)) },
    },
    async ({ reason, at_once }) => {
      await drainCreate(node.id, host.name, { reason: resting ? null : reason.trim(), at_once });
      await Promise.all(["nodes", "operations"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      notifyDone(t`The machines are being moved away.`);
      close();
    },
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <Text>
          <Trans>
            Machines that run go on meanwhile; containers are restarted. The host is under maintenance from now on. What cannot be moved stays and is listed with the reason.
          </Trans>
        </Text>
        {!resting && <ReasonInput {...form.getInputProps("reason")} />}
        <NumberInput label={t`Machines at once`} description={t`Each copies its memory, and often its disk, over the same network.`} min={1} max={5} {...form.getInputProps("at_once")} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            <Trans>Move them away</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type InputProps = Omit<ComponentProps<typeof TextInput>, "label" | "description">;

function ReasonInput(props: InputProps) {
  return <TextInput label={t`What is done to the host`} description={t`Customers whose machines are moved read it: “new fans”, for example.`} maxLength={200} {...props} />;
}

function Begin({ node, host }: { node: Node; host: Host }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={open} aria-label={t`Begin maintenance of ${host.name}`}>
        <Trans>Begin maintenance</Trans>
      </Button>
      <Dialog opened={opened} close={close} title={t`Begin maintenance of ${host.name}`}>
        <BeginForm node={node} host={host} close={close} />
      </Dialog>
    </>
  );
}

function BeginForm({ node, host, close }: { node: Node; host: Host; close: () => void }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { reason: "" }, validate: { reason: (value: string) => nonEmpty(value, t`Say what is done to the host.`) } },
    async ({ reason }) => {
      await hostUpdate(node.id, host.name, { maintenance: true, reason: reason.trim() });
      await cache.invalidateQueries({ queryKey: ["nodes"] });
      notifyDone(t`The host is under maintenance.`);
      close();
    },
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <Text>
          <Trans>Nothing new is placed on it. Its machines stay until you move them away.</Trans>
        </Text>
        <ReasonInput {...form.getInputProps("reason")} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            <Trans>Begin maintenance</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function End({ node, host }: { node: Node; host: Host }) {
  const [opened, { open, close }] = useDisclosure(false);
  const end = useAction({ run: () => hostUpdate(node.id, host.name, { maintenance: false }), refresh: ["nodes"], said: t`The maintenance is ended.`, then: close });
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={open} aria-label={t`End maintenance of ${host.name}`}>
        <Trans>End maintenance</Trans>
      </Button>
      <Confirm opened={opened} close={close} title={t`End maintenance of ${host.name}`} action={t`End maintenance`} busy={end.isPending} onConfirm={() => end.mutate()}>
        <Text>
          <Trans>New machines are placed on it again. Machines that were moved away stay where they are now; those that still wait to be moved stay here.</Trans>
        </Text>
      </Confirm>
    </>
  );
}
