// How far moving the machines off a host has come, live; and the report of what stays, each with its reason and another try.
import { Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { asProblem } from "../../api/problem";
import type { Drain, DrainMachine, Host } from "../../api/types";
import { DataTable } from "../../table/DataTable";
import { CopyId } from "../../ui/CopyId";
import { Icon } from "../../ui/Icon";
import { Meter } from "../../ui/Meter";
import { ProblemAlert } from "../../ui/ProblemView";
import { drainLook, State } from "../../ui/State";
import { useAction } from "../../ui/useAction";
import { operationRetry } from "./api";
import { drainQuery, instanceMove, isDraining } from "./hostApi";

export function HostDrain({ node, host }: { node: string; host: Host }) {
  const { data: drain, error } = useQuery(drainQuery(node, host.name));
  if (error !== null) return <ProblemAlert problem={asProblem(error)} />;
  if (drain === undefined) return <Skeleton height={48} />;
  // Once the host is back in use, a drain that left nothing behind is history.
  if (host.maintenance == null && drain.failed === 0 && !isDraining(drain)) return null;
  // What has left, or stays because nobody wanted it to go any more, is no news once that is over.
  const shown = drain.machines.filter((machine) => machine.state === "failed" || machine.state === "moving" || (machine.state === "waiting" && machine.reason != null));
  return (
    <Stack gap="sm" component="section" aria-label={t`Moving the machines off ${host.name}`}>
      <Group justify="space-between" align="flex-end">
        <div style={{ flex: 1, minWidth: 220, maxWidth: 480 }}>
          <Title order={3}>{title(drain)}</Title>
          <Meter used={drain.moved} of={drain.total} text={progress(drain)} />
        </div>
        {drain.failed > 0 && !isDraining(drain) && <TryAll drain={drain} />}
      </Group>
      {drain.failed > 0 && !isDraining(drain) && (
        <Text c="dimmed">
          <Trans>What is listed here stays until the reason is gone. Then try it again, one by one or all together.</Trans>
        </Text>
      )}
      {shown.length > 0 && (
        <DataTable
          label={t`Machines still on ${host.name}`}
          rows={shown}
          rowKey={(machine) => machine.instance_id}
          empty={null}
          columns={[
            { name: t`Machine`, lead: true, cell: (machine) => <CopyId id={machine.instance_id} /> },
            { name: t`State`, cell: (machine) => <State look={drainLook(machine.state)} /> },
            { name: t`Why`, prose: true, cell: (machine) => <span className="break">{why(machine)}</span> },
            { name: t`Action`, acts: true, align: "right", cell: (machine) => (machine.state === "failed" && !isDraining(drain) ? <TryOne machine={machine} host={host} /> : null) },
          ]}
        />
      )}
    </Stack>
  );
}

function title(drain: Drain): string {
  if (isDraining(drain)) return t`The machines are being moved away`;
  return drain.failed > 0 ? t`Not every machine could be moved away` : t`The machines were moved away`;
}

function progress(drain: Drain): string {
  const parts = [t`${drain.moved} of ${drain.total} moved`];
  if (drain.moving > 0) parts.push(t`${drain.moving} on the way`);
  if (drain.waiting > 0) parts.push(t`${drain.waiting} waiting`);
  if (drain.failed > 0) parts.push(t`${drain.failed} could not be moved`);
  if (drain.kept > 0) parts.push(t`${drain.kept} stay`);
  return parts.join(" · ");
}

function why(machine: DrainMachine): string {
  if (machine.state === "moving") return machine.host == null ? "" : t`goes to ${machine.host}`;
  return machine.reason ?? "";
}

function TryAll({ drain }: { drain: Drain }) {
  const retry = useAction({ run: () => operationRetry(drain.operation_id), refresh: ["nodes", "operations"], said: t`What is left is tried again.` });
  return (
    <Button variant="default" leftSection={<Icon name="retry" />} loading={retry.isPending} onClick={() => retry.mutate()}>
      <Trans>Try all again</Trans>
    </Button>
  );
}

function TryOne({ machine, host }: { machine: DrainMachine; host: Host }) {
  const reason = host.maintenance?.reason ?? t`maintenance of its host`;
  const retry = useAction({ run: () => instanceMove(machine.instance_id, { reason }), refresh: ["nodes", "operations"], said: t`The machine is being moved.` });
  return (
    <Button variant="default" size="compact-sm" loading={retry.isPending} onClick={() => retry.mutate()} aria-label={t`Try again: ${machine.instance_id}`}>
      <Trans>Try again</Trans>
    </Button>
  );
}
