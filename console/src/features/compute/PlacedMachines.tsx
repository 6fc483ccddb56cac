// Where the machines of a node are, whoever they belong to, and moving one of them to another host.
import { Button, Group, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Host, Node, PlacedInstance } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { CopyId } from "../../ui/CopyId";
import { Dialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { formatMemory } from "../../ui/format";
import { notifyDone } from "../../ui/notify";
import { ProblemAlert } from "../../ui/ProblemView";
import { instanceLook, State } from "../../ui/State";
import { UnderWay } from "../../ui/UnderWay";
import { WhyButton } from "../../ui/WhyButton";
import { instanceMove, placedQuery } from "./hostApi";

const AT_REST = new Set<PlacedInstance["state"]>(["running", "stopped", "suspended", "rescue"]);

export function PlacedMachines({ node, label }: { node: Node; label: string }) {
  const { rows, more } = joined(useSuspenseInfiniteQuery(placedQuery(node.id)));
  const [chosen, setChosen] = useState<PlacedInstance | null>(null);
  const close = () => setChosen(null);
  return (
    <Stack gap="sm" component="section" aria-label={label}>
      <Title order={2}>
        <Trans>Machines</Trans>
      </Title>
      <DataTable
        label={label}
        rows={rows}
        rowKey={(machine) => machine.id}
        more={more}
        empty={<Empty icon="machine" title={t`No machine is on this node`} />}
        columns={[
          { name: t`Machine`, lead: true, cell: (machine) => <CopyId id={machine.id} /> },
          { name: t`State`, cell: (machine) => <State look={instanceLook(machine.state)} /> },
          { name: t`Host`, cell: (machine) => place(machine) },
          { name: t`Size`, cell: (machine) => `${machine.size} · ${t`${machine.cpus} CPU`} · ${formatMemory(machine.memory_mib)} · ${machine.disk_gib} GiB` },
          {
            name: t`Action`,
            acts: true,
            align: "right",
            cell: (machine) => (
              <WhyButton why={whyNot(node, machine)} variant="default" size="compact-sm" onClick={() => setChosen(machine)} aria-label={t`Move ${machine.id}`}>
                <Trans>Move</Trans>
              </WhyButton>
            ),
          },
        ]}
      />
      <Dialog opened={chosen !== null} close={close} title={t`Move ${chosen?.id ?? ""} to another host`}>
        {chosen !== null && <Moving node={node} machine={chosen} close={close} />}
      </Dialog>
    </Stack>
  );
}

function place(machine: PlacedInstance): string {
  if (machine.target_host != null) return `${machine.host ?? "?"} → ${machine.target_host}`;
  return machine.host ?? "";
}

function whyNot(node: Node, machine: PlacedInstance): string | null {
  if (node.hosts.length < 2) return t`The node has no other host.`;
  return AT_REST.has(machine.state) ? null : t`Wait until the present work on the machine is done.`;
}

/** The form, and the work itself once it has begun. */
function Moving({ node, machine, close }: { node: Node; machine: PlacedInstance; close: () => void }) {
  const cache = useQueryClient();
  const [operation, setOperation] = useState<string | null>(null);
  if (operation === null) return <MoveForm node={node} machine={machine} begun={setOperation} />;
  return <UnderWay operation={operation} canRetry="any" onEnd={() => void cache.invalidateQueries({ queryKey: ["nodes"] })} close={close} />;
}

const usable = (host: Host): boolean => host.online && host.takes_guests && host.maintenance == null;

function MoveForm({ node, machine, begun }: { node: Node; machine: PlacedInstance; begun: (operation: string) => void }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { host: "", reason: "" }, validate: { reason: (value: string) => nonEmpty(value, t`Say why it is moved.`) } },
    async ({ host, reason }) => {
      const operation = await instanceMove(machine.id, { host: host === "" ? null : host, reason: reason.trim() });
      await Promise.all(["nodes", "operations"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      notifyDone(t`The machine is being moved.`);
      begun(operation.id);
    },
  );
  const hosts = node.hosts.filter((host) => host.name !== machine.host);
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <Text>
          <Trans>A machine that runs goes on meanwhile; a container is restarted. Its address and its disk go with it.</Trans>
        </Text>
        <Select
          label={t`Host`}
          allowDeselect={false}
          data={[{ value: "", label: t`The one with the most memory left` }, ...hosts.map((host) => ({ value: host.name, label: host.name, disabled: !usable(host) }))]}
          {...form.getInputProps("host")}
        />
        <TextInput label={t`Why`} description={t`Its owner reads it.`} maxLength={200} {...form.getInputProps("reason")} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            <Trans>Move it</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
