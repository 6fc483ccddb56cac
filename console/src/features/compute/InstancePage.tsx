// One machine: its state and the acts on it above, then facts, consoles, usage and history in tabs.
import { Alert, Anchor, Button, Group, Paper, Skeleton, Stack, Tabs, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useEffect, useRef } from "react";
import type { Instance, Operation, SizeChange } from "../../api/types";
import { useId, useSearchText } from "../../app/address";
import { paths } from "../../paths";
import { Amount } from "../../ui/Amount";
import { Command, CopyId } from "../../ui/CopyId";
import { Facts } from "../../ui/Facts";
import { formatMemory } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { OperationSteps } from "../../ui/OperationSteps";
import { Page } from "../../ui/Page";
import { instanceLook, State } from "../../ui/State";
import { useAction } from "../../ui/useAction";
import { useOperation } from "../../ui/useOperation";
import { Ago, When } from "../../ui/When";
import { instanceQuery, instanceUndelete, isChanging, isMoving, sizeChangesQuery } from "./api";
import { InstanceActions } from "./InstanceActions";
import { InstanceBackups } from "./InstanceBackups";
import { InstanceDisks } from "./InstanceDisks";
import { InstanceSnapshots } from "./InstanceSnapshots";
import { InstanceEvents } from "./InstanceEvents";
import { Tags } from "./InstanceTags";
import { InstanceUsage } from "./InstanceUsage";
import { networksQuery, securityGroupsQuery } from "./networkApi";

const InstanceMetrics = lazy(() => import("./InstanceMetrics"));
const SerialConsole = lazy(() => import("./SerialConsole"));
const ScreenConsole = lazy(() => import("./ScreenConsole"));

export function InstancePage() {
  const id = useId();
  const instance = useSuspenseQuery(instanceQuery(id)).data;
  const navigate = useNavigate();
  const tab = useSearchText("tab") ?? "machine";
  const list = useRef<HTMLDivElement>(null);
  // A phone shows three of the tabs; the one that is open has to be among them.
  useEffect(() => {
    const open = list.current?.querySelector<HTMLElement>("[data-active]");
    if (list.current !== null && open != null) list.current.scrollLeft = open.offsetLeft - (list.current.clientWidth - open.offsetWidth) / 2;
  }, [tab]);
  return (
    <Page
      title={instance.name}
      above={
        <Anchor component={Link} to={paths.instances()} size="sm">
          <Trans>Machines</Trans>
        </Anchor>
      }
      lead={
        <Group gap="sm" mt={4}>
          <State look={instanceLook(instance.state)} />
          {instance.state_reason && <Text span>{instance.state_reason}</Text>}
        </Group>
      }
      actions={<InstanceActions instance={instance} />}
    >
      <DeletionNotice instance={instance} />
      {instance.state === "suspended" && (
        <Alert variant="outline" color="keep" icon={<Icon name="clock" />} title={t`This machine is suspended`}>
          <Trans>Its processors are held and its memory stays, so it costs the same. Resume it, and it goes on where it was.</Trans>
        </Alert>
      )}
      {instance.state === "rescue" && (
        <Alert variant="outline" color="keep" icon={<Icon name="warning" />} title={t`The rescue system runs`}>
          <Trans>Sign in by SSH or on a console as usual. Your disk is attached and was not touched; your own system starts when you leave the rescue system.</Trans>
        </Alert>
      )}
      <Tabs value={tab} onChange={(next) => void navigate({ to: paths.instance(id), search: { tab: next ?? "machine" }, replace: true })} keepMounted={false}>
        <Tabs.List ref={list}>
          <Tabs.Tab value="machine">
            <Trans>Machine</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="metrics">
            <Trans>Metrics</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="serial">
            <Trans>Serial console</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="screen" disabled={!hasScreen(instance)} title={hasScreen(instance) ? undefined : noScreen(instance)}>
            <Trans>Screen</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="disks">
            <Trans>Disks</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="snapshots">
            <Trans>Snapshots</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="backups">
            <Trans>Backups</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="usage">
            <Trans>Usage</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="events">
            <Trans>Events</Trans>
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="machine" pt="lg">
          <Machine instance={instance} />
        </Tabs.Panel>
        <Tabs.Panel value="metrics" pt="lg">
          <Suspense fallback={<Skeleton height={320} />}>
            <InstanceMetrics instance={instance} />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="serial" pt="lg">
          <Suspense fallback={<div className="terminal" />}>
            <SerialConsole instance={instance} />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="screen" pt="lg">
          {hasScreen(instance) ? (
            <Suspense fallback={<div className="screen" />}>
              <ScreenConsole instance={instance} />
            </Suspense>
          ) : (
            <Text c="dimmed">{noScreen(instance)}</Text>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="disks" pt="lg">
          <InstanceDisks instance={instance} />
        </Tabs.Panel>
        <Tabs.Panel value="snapshots" pt="lg">
          <InstanceSnapshots instance={instance} />
        </Tabs.Panel>
        <Tabs.Panel value="backups" pt="lg">
          <InstanceBackups instance={instance} />
        </Tabs.Panel>
        <Tabs.Panel value="usage" pt="lg">
          <InstanceUsage id={id} />
        </Tabs.Panel>
        <Tabs.Panel value="events" pt="lg">
          <InstanceEvents id={id} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function DeletionNotice({ instance }: { instance: Instance }) {
  const undo = useAction({ run: () => instanceUndelete(instance.id), refresh: ["instances"], said: t`The machine stays.` });
  if (instance.state !== "deleting" || instance.delete_at == null) return null;
  return (
    <Alert variant="outline" color="red" icon={<Icon name="trash" />} title={t`This machine will be deleted`}>
      <Group justify="space-between">
        <Text component="div">
          <Trans>
            Its disk is destroyed <Ago at={instance.delete_at} /> (<When at={instance.delete_at} />). Until then you can keep it.
          </Trans>
        </Text>
        <Button variant="default" leftSection={<Icon name="undo" />} loading={undo.isPending} onClick={() => undo.mutate()}>
          <Trans>Keep the machine</Trans>
        </Button>
      </Group>
    </Alert>
  );
}

const TROUBLED = new Set<Operation["state"]>(["failed", "undone", "needs_operator"]);

function Machine({ instance }: { instance: Instance }) {
  const cache = useQueryClient();
  const newest = useQuery(sizeChangesQuery(instance.id)).data?.items[0];
  const changing = newest !== undefined && isChanging(newest.state);
  // A change that is paid for begins before the machine itself is at work.
  const { operation } = useOperation(changing ? newest.operation_id : instance.operation_id, () => void cache.invalidateQueries({ queryKey: ["instances", instance.id] }));
  const moving = changing || isMoving(instance.state) || (operation !== undefined && TROUBLED.has(operation.state));
  const ssh = instance.ssh;
  const pending = newest !== undefined && newest.state === "done" && newest.cycle === "monthly" && Date.parse(newest.price_from) > Date.now() ? newest : undefined;
  const pendingPrice: readonly (readonly [string, ReactNode])[] =
    pending === undefined
      ? []
      : [
          [
            t`Price to come`,
            <Trans key="price">
              <Amount money={pending.price} /> a month from <When at={pending.price_from} /> on
            </Trans>,
          ],
        ];
  return (
    <div className="columns">
      <Stack>
        {newest !== undefined && <SizeChangeNote change={newest} />}
        {moving && operation !== undefined && (
          <Paper>
            <Title order={2} mb="md">
              {operation.title}
            </Title>
            <OperationSteps operation={operation} canRetry="own" />
          </Paper>
        )}
        <Paper>
          <Title order={2} mb="sm">
            <Trans>Sign in by SSH</Trans>
          </Title>
          {ssh == null ? (
            <Text c="dimmed">
              <Trans>The address appears when the machine runs.</Trans>
            </Text>
          ) : (
            <Stack gap="xs">
              <Command line={`ssh -p ${ssh.port} root@${ssh.host}`} label={t`Copy the SSH command`} />
              <Text size="sm" c="dimmed">
                <Trans>Use the private key that belongs to the public key of the order.</Trans>
              </Text>
            </Stack>
          )}
        </Paper>
      </Stack>
      <Paper>
        <Title order={2} mb="md">
          <Trans>Facts</Trans>
        </Title>
        <Facts
          rows={[
            ...(instance.hostname === instance.name ? [] : ([[t`Hostname`, instance.hostname]] as const)),
            [t`Size`, `${instance.size.name}: ${instance.size.cpus} CPU, ${formatMemory(instance.size.memory_mib)}, ${instance.size.disk_gib} GiB`],
            ...(instance.tags.length === 0 ? [] : ([[t`Tags`, <Tags key="tags" tags={instance.tags} />]] as const)),
            ...pendingPrice,
            [t`System`, instance.template.name],
            [t`Region`, instance.region.name],
            [t`IPv4`, instance.ipv4 == null ? "–" : <CopyId key="ip" id={instance.ipv4} />],
            ...(instance.ipv6 == null ? [] : ([[t`IPv6`, <CopyId key="ip6" id={instance.ipv6} />]] as const)),
            ...(instance.network == null ? [] : ([[t`Private network`, <PlaceInNetwork key="network" network={instance.network} />]] as const)),
            ...(instance.security_group_id == null ? [] : ([[t`Security group`, <GroupName key="group" id={instance.security_group_id} />]] as const)),
            ...(instance.addresses.length === 0 ? [] : ([[t`Public addresses`, instance.addresses.join(", ")]] as const)),
            [t`Runs on`, accelerator(instance.accelerator)],
            [t`Made`, <When key="made" at={instance.created_at} />],
            [t`Id`, <CopyId key="id" id={instance.id} />],
          ]}
        />
      </Paper>
    </div>
  );
}

function PlaceInNetwork({ network }: { network: NonNullable<Instance["network"]> }) {
  const networks = useInfiniteQuery(networksQuery).data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {networks.find((one) => one.id === network.network_id)?.name ?? network.network_id} <span className="mono">{network.ipv4}</span>
    </>
  );
}

function GroupName({ id }: { id: string }) {
  const groups = useInfiniteQuery(securityGroupsQuery).data?.pages.flatMap((page) => page.items) ?? [];
  return <>{groups.find((one) => one.id === id)?.name ?? id}</>;
}

/** What the owner has to know of the last change of size: that it waits for them, or did not happen. */
function SizeChangeNote({ change }: { change: SizeChange }) {
  if (change.state === "awaiting_confirmation") {
    return (
      <Alert variant="outline" color="keep" icon={<Icon name="wait" />} title={t`The change to ${change.to.name} waits for your confirmation`}>
        <Anchor component={Link} to={paths.payments()}>
          <Trans>Confirm the payment</Trans>
        </Anchor>
      </Alert>
    );
  }
  const failed = change.state === "payment_failed" || change.state === "failed";
  if (!failed || Date.parse(change.created_at) < Date.now() - DAY) return null;
  return (
    <Alert variant="outline" color="red" icon={<Icon name="warning" />} title={t`The size was not changed to ${change.to.name}`}>
      {change.problem ?? (change.state === "payment_failed" ? t`The payment failed. Nothing was charged.` : t`The operation says why.`)}
    </Alert>
  );
}

const DAY = 86_400_000;

// A machine that is on no node yet may get a screen.
const hasScreen = (instance: Instance): boolean => instance.node_id == null || instance.features.includes("screen_console");

function noScreen(instance: Instance): string {
  return instance.accelerator === "none" ? t`A container has no screen. Use the serial console or SSH.` : t`The node of this machine shows no screens. Use the serial console or SSH.`;
}

function accelerator(kind: string | null | undefined): string {
  if (kind === "kvm") return t`KVM (hardware virtualisation)`;
  if (kind === "none") return t`The host’s kernel, as a container`;
  return kind === "tcg" ? t`TCG (emulated, slower)` : "–";
}
