// Operator: the nodes, what they have, what was promised on them, what is wrong with them, and whether they take new machines.
import { Anchor, Button, Group, NumberInput, Paper, Stack, Switch, Text, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Node } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { MoreButton } from "../../table/MoreButton";
import { paths } from "../../paths";
import { CopyId } from "../../ui/CopyId";
import { Dialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { Facts } from "../../ui/Facts";
import { formatMemory } from "../../ui/format";
import { Meter } from "../../ui/Meter";
import { notifyDone } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { hostLook, nodeLook, State } from "../../ui/State";
import { Ago } from "../../ui/When";
import { instanceAdopt, nodesQuery, nodeUpdate } from "./api";

export function NodesPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(nodesQuery));
  return (
    <Page title={t`Nodes`} lead={t`What was promised to machines beside what there is. A node that is closed takes no new machines; those on it stay. Open a node to work on one of its hosts.`}>
      {rows.length === 0 ? (
        <Paper>
          <Empty icon="node" title={t`No nodes: nothing can run yet`} />
        </Paper>
      ) : (
        rows.map((node) => <Card key={node.id} node={node} />)
      )}
      <MoreButton more={more} />
    </Page>
  );
}

function Card({ node }: { node: Node }) {
  return (
    <Paper component="article" aria-label={node.name}>
      <Stack gap="md">
        <Group justify="space-between" align="baseline">
          <Title order={2}>
            <Anchor component={Link} to={paths.operatorNode(node.id)} inherit>
              {node.name}
            </Anchor>
          </Title>
          <Group>
            <State look={nodeLook(node)} />
            <Settings node={node} />
          </Group>
        </Group>
        {node.closed_because != null && (
          <Text>
            <Trans>Closed to new machines: {node.closed_because}</Trans>
          </Text>
        )}
        {node.problem != null && <Text c="var(--mantine-color-error)">{node.problem}</Text>}
        {node.orphans.length > 0 && (
          <Text>
            <Trans>Runs what nobody ordered: {node.orphans.join(", ")}</Trans>
          </Text>
        )}
        <Facts
          rows={[
            [t`Runs by`, runsBy(node)],
            [t`Region`, node.region.name],
            ...(node.class == null ? [] : [classOf(node.class)]),
            [t`Machines`, node.instances],
            [
              t`CPU promised`,
              <Meter key="cpu" used={node.cpus_used} of={node.cpus_limit} text={t`${node.cpus_used} of ${node.cpus_limit} (${node.cpus} real, ${node.cpu_overcommit_percent} %)`} />,
            ],
            [
              t`Memory promised`,
              <Meter
                key="memory"
                used={node.memory_used_mib}
                of={node.memory_limit_mib}
                text={t`${formatMemory(node.memory_used_mib)} of ${formatMemory(node.memory_limit_mib)} (${formatMemory(node.memory_mib)} real, ${node.memory_overcommit_percent} %)`}
              />,
            ],
            [t`Disk written`, <Meter key="disk" used={node.disk_used_gib} of={node.disk_gib} text={t`${node.disk_used_gib} of ${node.disk_gib} GiB; ${node.disk_promised_gib} GiB promised`} />],
            [t`Last heard`, <Ago key="heard" at={node.last_seen_at} />],
            [t`Id`, <CopyId key="id" id={node.id} />],
          ]}
        />
        {node.hosts.length > 0 && (
          <DataTable
            label={t`Hosts of ${node.name}`}
            rows={node.hosts}
            rowKey={(host) => host.name}
            empty={null}
            columns={[
              { name: t`Host`, lead: true, cell: (host) => host.name },
              { name: t`State`, cell: (host) => <State look={hostLook(host)} /> },
              { name: t`Machines`, cell: (host) => host.instances },
              { name: t`CPU`, cell: (host) => (host.cpu_permille == null ? t`${host.cpus} CPU` : <Meter used={host.cpu_permille} of={1000} text={t`${host.cpus} CPU, ${Math.round(host.cpu_permille / 10)} % busy`} />) },
              { name: t`Memory in use`, cell: (host) => <Meter used={host.memory_used_mib} of={host.memory_mib} text={`${formatMemory(host.memory_used_mib)} / ${formatMemory(host.memory_mib)}`} /> },
            ]}
          />
        )}
        {node.storages.length > 0 && (
          <DataTable
            label={t`Storages of ${node.name}`}
            rows={node.storages}
            rowKey={(storage) => `${storage.name}/${storage.host ?? ""}`}
            empty={null}
            columns={[
              { name: t`Storage`, lead: true, cell: (storage) => (storage.host == null ? storage.name : `${storage.name} · ${storage.host}`) },
              { name: t`Keeps`, cell: (storage) => keeps(storage.disks, storage.backups) },
              { name: t`Written`, cell: (storage) => <Meter used={storage.total_mib - storage.free_mib} of={storage.total_mib} text={`${gib(storage.total_mib - storage.free_mib)} / ${gib(storage.total_mib)} GiB`} /> },
            ]}
          />
        )}
        {node.strangers.length > 0 && (
          <DataTable
            label={t`Guests of others on ${node.name}`}
            rows={node.strangers}
            rowKey={(stranger) => stranger.address}
            empty={null}
            columns={[
              { name: t`Guest of others`, lead: true, cell: (stranger) => `${stranger.name} · ${stranger.address}` },
              { name: t`Host`, cell: (stranger) => stranger.host ?? "" },
              { name: t`Runs`, cell: (stranger) => (stranger.running == null ? t`unknown` : stranger.running ? t`yes` : t`no`) },
              { name: t`Holds`, cell: (stranger) => `${t`${stranger.cpus} CPU`} · ${formatMemory(stranger.memory_mib)} · ${stranger.disk_gib} GiB` },
              { name: t`Action`, acts: true, align: "right", cell: (stranger) => <TakeOver node={node} stranger={stranger} /> },
            ]}
          />
        )}
      </Stack>
    </Paper>
  );
}

// Containers have no accelerator, and the reason says so.
function runsBy(node: Node): string {
  const accelerator = node.accelerator === "none" ? "" : node.accelerator.toUpperCase();
  return [node.driver, accelerator, node.accelerator_reason].filter((part) => part !== "").join(" · ");
}

function TakeOver({ node, stranger }: { node: Node; stranger: Node["strangers"][number] }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={open} aria-label={t`Take over ${stranger.name}`}>
        <Trans>Take over</Trans>
      </Button>
      <Dialog opened={opened} close={close} title={t`Take over ${stranger.name}`}>
        <TakeOverForm node={node} stranger={stranger} close={close} />
      </Dialog>
    </>
  );
}

function TakeOverForm({ node, stranger, close }: { node: Node; stranger: Node["strangers"][number]; close: () => void }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { project_id: "", hostname: "" },
      validate: {
        project_id: (value: string) => nonEmpty(value, t`Say to which project it belongs.`),
        hostname: (value: string) => nonEmpty(value, t`Give it a host name.`),
      },
    },
    async ({ project_id, hostname }) => {
      await instanceAdopt(node.id, { address: stranger.address, project_id: project_id.trim(), hostname: hostname.trim() });
      await Promise.all(["nodes", "operations"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      notifyDone(t`It is being taken over.`);
      close();
    },
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <Text>
          <Trans>The guest gets our mark and an owner, and goes on as it is. No contract comes with it, so nothing is charged.</Trans>
        </Text>
        <TextInput label={t`Project`} description={t`Its id; the customer finds it under “Projects”.`} {...form.getInputProps("project_id")} />
        <TextInput label={t`Host name`} description={t`What it is called here. The name inside the guest stays.`} maxLength={63} {...form.getInputProps("hostname")} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            <Trans>Take it over</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const gib = (mib: number): number => Math.round(mib / 1024);

function keeps(disks: boolean, backups: boolean): string {
  if (disks && backups) return t`disks and archives`;
  if (disks) return t`disks`;
  return backups ? t`archives` : t`neither disks nor archives`;
}

const classOf = (name: string): [string, string] => [t`Class`, name];

function Settings({ node }: { node: Node }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={open} aria-label={t`Change ${node.name}`}>
        <Trans>Change</Trans>
      </Button>
      <Dialog opened={opened} close={close} title={t`Change ${node.name}`}>
        <SettingsForm node={node} close={close} />
      </Dialog>
    </>
  );
}

function SettingsForm({ node, close }: { node: Node; close: () => void }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: {
        schedulable: node.schedulable,
        reason: node.closed_because ?? "",
        class: node.class ?? "",
        cpu_overcommit_percent: node.cpu_overcommit_percent,
        memory_overcommit_percent: node.memory_overcommit_percent,
      },
    },
    async ({ schedulable, reason, class: named, ...factors }) => {
      await nodeUpdate(node.id, { ...factors, class: named.trim(), schedulable, reason: schedulable ? null : reason.trim() });
      await cache.invalidateQueries({ queryKey: ["nodes"] });
      notifyDone(t`The node is changed.`);
      close();
    },
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <Switch label={t`Takes new machines`} {...form.getInputProps("schedulable", { type: "checkbox" })} />
        {!form.values.schedulable && (
          <TextInput label={t`Why it takes none`} description={t`Staff read it; customers do not.`} maxLength={200} {...form.getInputProps("reason")} />
        )}
        <TextInput
          label={t`Class (optional)`}
          description={t`It takes machines of sizes of this class and no others; without one, of sizes without a class.`}
          placeholder="nvme"
          spellCheck={false}
          autoComplete="off"
          {...form.getInputProps("class")}
        />
        <NumberInput label={t`CPU promised for every 100 real ones`} min={10} max={10_000} {...form.getInputProps("cpu_overcommit_percent")} />
        <NumberInput
          label={t`Memory promised for every 100 MiB`}
          description={t`More than 100 means that machines may together ask for more than there is.`}
          min={10}
          max={1_000}
          {...form.getInputProps("memory_overcommit_percent")}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
